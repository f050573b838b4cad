// GitLab's webhooks. https://docs.gitlab.com/user/project/integrations/webhook_events/
import { statusNamed, type Job, type Named, type Report } from '../report.ts'
import type { Notice, Story } from '../story.ts'
import { own } from './forge-event.ts'
import { deploymentDoings } from './forge-notices.ts'
import { at, idAt, isTrueAt, listAt, numberAt, textAt, timeAt } from './payload.ts'
import { bareCommit, branchNamed, commitOf, pushIn } from './refs.ts'
import { hasStandardSignature, isSame } from './signatures.ts'
import type { HookVendor } from './vendor-hook.ts'

export const gitlab: HookVendor = {
  name: 'GitLab',
  is: (headers) => headers['x-gitlab-event'] !== undefined,
  proves: (delivery, secret, now) =>
    delivery.headers['webhook-signature'] === undefined
      ? isSame(delivery.headers['x-gitlab-token'], secret)
      : hasStandardSignature(delivery, secret, now),
  deliveryId: (headers) => headers['idempotency-key'] ?? headers['webhook-id'] ?? headers['x-gitlab-event-uuid'],
  read: (payload) => {
    const story = own(kinds, textAt(payload, 'object_kind'))?.(payload)
    return story === undefined ? [] : [story]
  },
}

type Read = (payload: unknown) => Story | undefined

function projectOf(payload: unknown): Named | undefined {
  const name = textAt(payload, 'project', 'path_with_namespace')
  return name === undefined ? undefined : { name, url: textAt(payload, 'project', 'web_url') }
}

const push: Read = (payload) => {
  const repository = projectOf(payload)
  const told = repository && pushIn(payload, { repository, count: numberAt(payload, 'total_commits_count') })
  return told && { kind: 'push', push: told }
}

const pipeline: Read = (payload) => {
  const run = at(payload, 'object_attributes')
  const id = idAt(run, 'id')
  const repository = projectOf(payload)
  if (id === undefined) return undefined
  const status = statusOf(run)
  const seconds = numberAt(run, 'duration')
  const number = idAt(run, 'iid')
  const report: Report = {
    key: ['GitLab CI', repository?.name ?? '', id].join('/'),
    vendor: 'GitLab CI',
    repository,
    ref: refOf(payload),
    commit: commitOf(at(payload, 'commit'), repository) ?? bareCommit(textAt(run, 'sha'), repository),
    pipeline: {
      name: `${textAt(run, 'name') ?? 'Pipeline'}${number === undefined ? '' : ` #${number}`}`,
      url: textAt(run, 'url') ?? (repository?.url && `${repository.url}/-/pipelines/${id}`),
    },
    status,
    startedAt: timeAt(run, 'created_at'),
    durationMs: status === 'running' || seconds === undefined ? undefined : seconds * 1000,
    jobs: listAt(payload, 'builds')
      .flatMap((build) => jobOf(build, repository) ?? [])
      .toReversed(),
    actor: textAt(payload, 'user', 'username'),
  }
  return { kind: 'pipeline', report }
}

function refOf(payload: unknown): Report['ref'] {
  const request = idAt(payload, 'merge_request', 'iid')
  if (request !== undefined)
    return { kind: 'request', name: `!${request}`, url: textAt(payload, 'merge_request', 'url') }
  const name = textAt(payload, 'object_attributes', 'ref')
  return isTrueAt(payload, 'object_attributes', 'tag') && name !== undefined ? { kind: 'tag', name } : branchNamed(name)
}

/** GitLab waits in more ways than it runs: created, preparing, waiting_for_resource, scheduled, manual. */
const statusOf = (value: unknown) => statusNamed(textAt(value, 'status') ?? '') ?? 'running'

function jobOf(build: unknown, repository: Named | undefined): Job | undefined {
  const [name, id] = [textAt(build, 'name'), idAt(build, 'id')]
  const status = textAt(build, 'status')
  if (name === undefined || status === undefined || notYet.has(status)) return undefined
  const seconds = numberAt(build, 'duration')
  return {
    name,
    url: repository?.url === undefined || id === undefined ? undefined : `${repository.url}/-/jobs/${id}`,
    status: isTrueAt(build, 'allow_failure') && status === 'failed' ? 'skipped' : (statusNamed(status) ?? 'running'),
    durationMs: seconds === undefined || seconds === null ? undefined : Math.round(seconds * 1000),
    at: timeAt(build, 'finished_at') ?? timeAt(build, 'started_at') ?? 0,
  }
}

/** Jobs that nobody has begun are not worth a word. */
const notYet: ReadonlySet<string> = new Set(['created', 'pending', 'manual', 'scheduled', 'waiting_for_resource'])

const notice = (payload: unknown, parts: Omit<Notice, 'actor' | 'repository'>): Story => ({
  kind: 'notice',
  notice: { ...parts, repository: projectOf(payload), actor: textAt(payload, 'user', 'username') },
})

/** `!12 Title` with its page. */
function thing(value: unknown, sign: string): Named {
  const number = idAt(value, 'iid')
  return {
    name: `${number === undefined ? '' : sign + number} ${textAt(value, 'title') ?? ''}`.trim(),
    url: textAt(value, 'url'),
  }
}

const requestDoings: Readonly<Record<string, { readonly doing: string; readonly kind?: Notice['kind'] }>> = {
  open: { doing: 'was opened' },
  close: { doing: 'was closed' },
  reopen: { doing: 'was opened again' },
  merge: { doing: 'was merged' },
  approved: { doing: 'was approved', kind: 'review' },
  unapproved: { doing: 'is no longer approved', kind: 'review' },
}

const mergeRequest: Read = (payload) => {
  const request = at(payload, 'object_attributes')
  const found = own(requestDoings, textAt(request, 'action'))
  return found && notice(payload, { kind: 'request', subject: thing(request, '!'), ...found })
}

const issueDoings: Readonly<Record<string, string>> = {
  open: 'was opened',
  close: 'was closed',
  reopen: 'was opened again',
}

const issue: Read = (payload) => {
  const doing = own(issueDoings, textAt(payload, 'object_attributes', 'action'))
  if (doing === undefined) return undefined
  return notice(payload, { kind: 'issue', subject: thing(at(payload, 'object_attributes'), '#'), doing })
}

const note: Read = (payload) => {
  const comment = at(payload, 'object_attributes')
  const [request, about] = [at(payload, 'merge_request'), at(payload, 'issue')]
  const subject = request === undefined ? thing(about, '#') : thing(request, '!')
  return notice(payload, {
    kind: 'comment',
    subject: { name: subject.name || (textAt(comment, 'noteable_type') ?? 'Something'), url: textAt(comment, 'url') },
    doing: 'was commented on',
    text: textAt(comment, 'note'),
  })
}

const release: Read = (payload) => {
  if (textAt(payload, 'action') !== 'create') return undefined
  const name = textAt(payload, 'name') ?? textAt(payload, 'tag') ?? 'A release'
  const subject = { name, url: textAt(payload, 'url') }
  return notice(payload, { kind: 'release', subject, doing: 'was released', text: textAt(payload, 'description') })
}

const deployment: Read = (payload) => {
  const status = statusOf(payload)
  return notice(payload, {
    kind: 'deployment',
    key: ['deployment', projectOf(payload)?.name ?? '', idAt(payload, 'deployment_id') ?? ''].join('/'),
    subject: {
      name: `Deployment to ${textAt(payload, 'environment') ?? 'unknown'}`,
      url: textAt(payload, 'deployable_url'),
    },
    doing: deploymentDoings[status],
    status,
  })
}

const wikiPage: Read = (payload) => {
  const page = at(payload, 'object_attributes')
  const subject = { name: textAt(page, 'title') ?? 'A page', url: textAt(page, 'url') }
  return notice(payload, {
    kind: 'wiki',
    subject,
    doing: `was ${wikiDoings[textAt(page, 'action') ?? ''] ?? 'changed'}`,
  })
}

const wikiDoings: Readonly<Record<string, string>> = { create: 'written', update: 'changed', delete: 'deleted' }

const kinds: Readonly<Record<string, Read>> = {
  ...{
    push,
    tag_push: push,
    pipeline,
    merge_request: mergeRequest,
    issue,
    work_item: issue,
    note,
    release,
    deployment,
  },
  wiki_page: wikiPage,
}
