// An event as GitHub and the forges that speak like it send them, and the words they share.
import type { Named } from '../report.ts'
import type { Notice, Story } from '../story.ts'
import { idAt, textAt } from './payload.ts'

export interface ForgeEvent {
  readonly payload: unknown
  readonly repository: Named | undefined
  /** What its pipelines are called in their own environment, such as `GitHub Actions`. */
  readonly actions: string
}

export type ReadForgeEvent = (event: ForgeEvent) => Story | undefined

/** A notice by whoever set the event off. */
export const notice = ({ payload, repository }: ForgeEvent, parts: Omit<Notice, 'actor' | 'repository'>): Story => ({
  kind: 'notice',
  notice: { ...parts, repository, actor: textAt(payload, 'sender', 'login') },
})

/** `#12 Title` with its page. */
export function numberedThing(payload: unknown, member: string): Named {
  const number = idAt(payload, member, 'number')
  const title = textAt(payload, member, 'title') ?? ''
  return { name: number === undefined ? title : `#${number} ${title}`.trim(), url: textAt(payload, member, 'html_url') }
}

/** What the table has for a word, and nothing that every object has. */
export const own = <T>(table: Readonly<Record<string, T>>, word: string | undefined): T | undefined =>
  word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined
