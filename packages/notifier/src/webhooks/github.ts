// GitHub's webhooks. https://docs.github.com/en/webhooks/webhook-events-and-payloads
import type { Named } from '../report.ts'
import type { Story } from '../story.ts'
import { notice, own, type ReadForgeEvent } from './forge-event.ts'
import { deploymentStatus, issueComment, issues, pullRequest, pullRequestReview, release } from './forge-notices.ts'
import { workflowJob, workflowRun } from './forge-pipelines.ts'
import { isTrueAt, numberAt, textAt } from './payload.ts'
import { pushIn } from './refs.ts'
import { hasHexHmac } from './signatures.ts'
import type { HookVendor } from './vendor-hook.ts'

export const github: HookVendor = {
  name: 'GitHub',
  is: (headers) => headers['x-github-event'] !== undefined,
  proves: (delivery, secret) => hasHexHmac(delivery, 'x-hub-signature-256', { secret, prefix: 'sha256=' }),
  signsBodyAlone: true,
  deliveryId: (headers) => headers['x-github-delivery'],
  read: (payload, headers) =>
    readForge(githubEvents, payload, { event: headers['x-github-event'], actions: 'GitHub Actions' }),
}

interface ForgeSource {
  readonly event: string | undefined
  readonly actions: string
}

/** Reads an event by the forge's table of events. */
export function readForge(
  events: Readonly<Record<string, ReadForgeEvent>>,
  payload: unknown,
  { event, actions }: ForgeSource,
): Story[] {
  const story = own(events, event)?.({ payload, repository: repositoryOf(payload), actions })
  return story === undefined ? [] : [story]
}

function repositoryOf(payload: unknown): Named | undefined {
  const name = textAt(payload, 'repository', 'full_name')
  return name === undefined ? undefined : { name, url: textAt(payload, 'repository', 'html_url') }
}

const push: ReadForgeEvent = ({ payload, repository }) => {
  if (repository === undefined) return undefined
  const url = textAt(payload, 'compare') ?? textAt(payload, 'compare_url')
  const parts = { repository, url, isForced: isTrueAt(payload, 'forced'), count: numberAt(payload, 'total_commits') }
  const told = pushIn(payload, parts)
  return told && { kind: 'push', push: told }
}

const ping: ReadForgeEvent = (event) => notice(event, { kind: 'hook', subject: { name: 'This hook' }, doing: 'works' })

export const githubEvents: Readonly<Record<string, ReadForgeEvent>> = {
  push,
  ping,
  release,
  issues,
  workflow_run: workflowRun,
  workflow_job: workflowJob,
  pull_request: pullRequest,
  pull_request_review: pullRequestReview,
  issue_comment: issueComment,
  deployment_status: deploymentStatus,
}
