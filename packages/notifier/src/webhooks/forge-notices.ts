// What GitHub, Gitea and Forgejo tell about requests, reviews, issues, comments, releases and deployments.
import { statusNamed, type Status } from '../report.ts'
import { notice, numberedThing, own, type ReadForgeEvent } from './forge-event.ts'
import { idAt, isTrueAt, textAt } from './payload.ts'

const requestDoings: Readonly<Record<string, string>> = {
  opened: 'was opened',
  reopened: 'was opened again',
  ready_for_review: 'is ready for review',
  converted_to_draft: 'is a draft again',
}

export const pullRequest: ReadForgeEvent = (event) => {
  const { payload } = event
  const action = textAt(payload, 'action')
  const closed = isTrueAt(payload, 'pull_request', 'merged') ? 'was merged' : 'was closed'
  const doing = action === 'closed' ? closed : own(requestDoings, action)
  if (doing === undefined) return undefined
  return notice(event, { kind: 'request', subject: numberedThing(payload, 'pull_request'), doing })
}

export const reviewDoings: Readonly<Record<string, string>> = {
  approved: 'was approved',
  changes_requested: 'needs changes',
  commented: 'was reviewed',
}

export const pullRequestReview: ReadForgeEvent = (event) => {
  const { payload } = event
  const doing = own(reviewDoings, textAt(payload, 'review', 'state')?.toLowerCase())
  if (textAt(payload, 'action') !== 'submitted' || doing === undefined) return undefined
  const subject = { ...numberedThing(payload, 'pull_request'), url: textAt(payload, 'review', 'html_url') }
  return notice(event, { kind: 'review', subject, doing, text: textAt(payload, 'review', 'body') })
}

const issueDoings: Readonly<Record<string, string>> = {
  opened: 'was opened',
  closed: 'was closed',
  reopened: 'was opened again',
}

export const issues: ReadForgeEvent = (event) => {
  const doing = own(issueDoings, textAt(event.payload, 'action'))
  if (doing === undefined) return undefined
  return notice(event, { kind: 'issue', subject: numberedThing(event.payload, 'issue'), doing })
}

export const issueComment: ReadForgeEvent = (event) => {
  const { payload } = event
  if (textAt(payload, 'action') !== 'created') return undefined
  const subject = { ...numberedThing(payload, 'issue'), url: textAt(payload, 'comment', 'html_url') }
  return notice(event, {
    kind: 'comment',
    subject,
    doing: 'was commented on',
    text: textAt(payload, 'comment', 'body'),
  })
}

export const release: ReadForgeEvent = (event) => {
  const { payload } = event
  if (textAt(payload, 'action') !== 'published') return undefined
  const name = textAt(payload, 'release', 'name') ?? textAt(payload, 'release', 'tag_name') ?? 'A release'
  const subject = { name, url: textAt(payload, 'release', 'html_url') }
  return notice(event, { kind: 'release', subject, doing: 'was released', text: textAt(payload, 'release', 'body') })
}

export const deploymentDoings: Readonly<Record<Status, string>> = {
  running: 'is under way',
  passed: 'is done',
  failed: 'failed',
  cancelled: 'was cancelled',
  skipped: 'is no longer there',
}

export const deploymentStatus: ReadForgeEvent = (event) => {
  const { payload, repository } = event
  const status = statusNamed(textAt(payload, 'deployment_status', 'state') ?? '') ?? 'running'
  const place = textAt(payload, 'deployment', 'environment') ?? 'unknown'
  return notice(event, {
    kind: 'deployment',
    key: ['deployment', repository?.name ?? '', idAt(payload, 'deployment', 'id') ?? ''].join('/'),
    subject: { name: `Deployment to ${place}`, url: textAt(payload, 'deployment_status', 'target_url') },
    doing: deploymentDoings[status],
    status,
  })
}
