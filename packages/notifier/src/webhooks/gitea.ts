// Webhooks of Gitea and Forgejo: they speak like GitHub, with events of their own beside it.
// https://forgejo.org/docs/latest/user/webhooks/
import type { Status } from '../report.ts'
import { notice, numberedThing, type ForgeEvent, type ReadForgeEvent } from './forge-event.ts'
import { reviewDoings } from './forge-notices.ts'
import { githubEvents, readForge } from './github.ts'
import { at, between, idAt, textAt, timeAt } from './payload.ts'
import { bareCommit, branchNamed, pushOf } from './refs.ts'
import { hasHexHmac } from './signatures.ts'
import type { Delivery, HookVendor } from './vendor-hook.ts'

const forge = (name: string, prefix: string): HookVendor => ({
  name,
  is: (headers) => headers[`${prefix}-event`] !== undefined,
  proves: (delivery, secret) => hasHexHmac(delivery, `${prefix}-signature`, { secret }),
  signsBodyAlone: true,
  deliveryId: (headers) => headers[`${prefix}-delivery`],
  read: (payload, headers) =>
    readForge(events, payload, { event: eventOf(headers, prefix), actions: `${name} Actions` }),
})

/** The finer name of the event where there is one: `pull_request_approved` of `pull_request`. */
const eventOf = (headers: Delivery['headers'], prefix: string): string | undefined => {
  const finer = headers[`${prefix}-event-type`]
  return finer !== undefined && Object.hasOwn(events, finer) ? finer : headers[`${prefix}-event`]
}

/** A branch or tag is gone; `push` does not tell of that. */
const deletion: ReadForgeEvent = ({ payload, repository }) => {
  const name = textAt(payload, 'ref')
  if (name === undefined || repository === undefined) return undefined
  const kind = textAt(payload, 'ref_type') === 'tag' ? 'tag' : 'branch'
  const push = pushOf({ repository, ref: { kind, name }, before: '', after: '0', commits: [] })
  return { kind: 'push', push }
}

const reviewed =
  (state: string): ReadForgeEvent =>
  (event) => {
    const { payload } = event
    const subject = numberedThing(payload, 'pull_request')
    const doing = reviewDoings[state] ?? ''
    return notice(event, { kind: 'review', subject, doing, text: textAt(payload, 'review', 'content') })
  }

/** Forgejo tells how a run ended: `action_run_failure`, `action_run_success`, `action_run_recover`. */
const ended =
  (status: Status): ReadForgeEvent =>
  (event) => {
    const run = at(event.payload, 'run')
    const id = idAt(run, 'id')
    if (id === undefined) return undefined
    return { kind: 'pipeline', report: endedReport(event, { run, id, status }) }
  }

interface Ended {
  readonly run: unknown
  readonly id: string
  readonly status: Status
}

function endedReport({ repository, actions }: ForgeEvent, { run, id, status }: Ended) {
  const startedAt = timeAt(run, 'started')
  const number = idAt(run, 'index_in_repo')
  return {
    key: [actions, repository?.name ?? '', id].join('/'),
    vendor: actions,
    repository,
    ref: branchNamed(textAt(run, 'prettyref')),
    commit: bareCommit(textAt(run, 'commit_sha'), repository),
    pipeline: {
      name: `${textAt(run, 'workflow_id') ?? 'Workflow'}${number === undefined ? '' : ` #${number}`}`,
      url: textAt(run, 'html_url'),
    },
    status,
    startedAt,
    durationMs: between(startedAt, timeAt(run, 'stopped')),
    actor: textAt(run, 'trigger_user', 'login'),
    jobs: [],
  }
}

const events: Readonly<Record<string, ReadForgeEvent>> = {
  ...githubEvents,
  delete: deletion,
  pull_request_approved: reviewed('approved'),
  pull_request_rejected: reviewed('changes_requested'),
  pull_request_comment: reviewed('commented'),
  pull_request_review_approved: reviewed('approved'),
  pull_request_review_rejected: reviewed('changes_requested'),
  pull_request_review_comment: reviewed('commented'),
  action_run_failure: ended('failed'),
  action_run_success: ended('passed'),
  action_run_recover: ended('passed'),
}

export const forgejo = forge('Forgejo', 'x-forgejo')
export const gitea = forge('Gitea', 'x-gitea')
