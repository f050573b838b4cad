// A hook as the server works with it, and which stories it wants.
import { isObject } from '@myelin/algorithms/json'
import { compileGlob, matchesWhole } from '@myelin/algorithms/glob'
import { branchOf, statusOf, topicOf, type Story } from '@myelin/notifier/story'
import type { WebhookRow } from '../store/webhooks.ts'

/** What a hook tells, and how. What is left out is not narrowed. */
export interface Wishes {
  /** `push`, `pipeline`, `words`, or kinds of notices. */
  readonly topics?: readonly string[] | undefined
  /** Patterns of branch names; of stories that are about a branch. */
  readonly branches?: readonly string[] | undefined
  /** Of stories that have a status. */
  readonly statuses?: readonly string[] | undefined
  /** Of pipelines only what breaks a branch, leaves it broken or repairs it. */
  readonly onlyChanges?: boolean | undefined
  /** A Liquid template in place of the built-in messages. */
  readonly template?: string | undefined
}

export interface Webhook {
  readonly nid: number
  readonly hookId: string
  readonly name: string
  readonly secret: string
  readonly wishes: Wishes
  /** Milliseconds since the epoch; 0 when it is not muted. */
  readonly mutedUntil: number
  readonly createdTs: number
}

export function webhookOf({ nid, hookId, name, secret, wishes, mutedUntil, createdTs }: WebhookRow): Webhook {
  const parsed: unknown = JSON.parse(wishes)
  return { nid, hookId, name, secret, mutedUntil, createdTs, wishes: isObject(parsed) ? parsed : {} }
}

export const rowOf = ({ wishes, ...hook }: Webhook): WebhookRow => ({ ...hook, wishes: JSON.stringify(wishes) })

/** Whether a hook wants a story. */
export function isWanted({ topics, branches, statuses }: Wishes, story: Story): boolean {
  const [branch, status] = [branchOf(story), statusOf(story)]
  if (topics !== undefined && !topics.includes(topicOf(story))) return false
  if (branches !== undefined && branch !== undefined && !isAny(branches, branch)) return false
  return statuses === undefined || status === undefined || statuses.includes(status)
}

const isAny = (patterns: readonly string[], branch: string): boolean =>
  patterns.some((pattern) => matchesWhole(compileGlob(pattern), branch))
