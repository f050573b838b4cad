// Pipelines of GitHub, Gitea and Forgejo Actions as their webhooks tell them: runs, and the jobs in them.
import { statusNamed, type Named, type Report, type Status } from '../report.ts'
import type { ForgeEvent, ReadForgeEvent } from './forge-event.ts'
import { at, between, idAt, numberAt, textAt, timeAt } from './payload.ts'
import { bareCommit, branchNamed, commitOf } from './refs.ts'

export const workflowRun: ReadForgeEvent = (event) => {
  const run = at(event.payload, 'workflow_run')
  const id = idAt(run, 'id')
  if (id === undefined) return undefined
  const { repository } = event
  const startedAt = timeAt(run, 'run_started_at')
  const status = statusOfRun(run)
  const report: Report = {
    ...runOf(event, id, numberAt(run, 'run_attempt')),
    ref: branchNamed(textAt(run, 'head_branch')),
    commit: commitOf(at(run, 'head_commit'), repository) ?? bareCommit(textAt(run, 'head_sha'), repository),
    pipeline: { name: numbered(textAt(run, 'name'), idAt(run, 'run_number')), url: textAt(run, 'html_url') },
    status,
    startedAt,
    durationMs: status === 'running' ? undefined : between(startedAt, timeAt(run, 'updated_at')),
    actor: textAt(run, 'actor', 'login'),
    jobs: [],
  }
  return { kind: 'pipeline', report }
}

export const workflowJob: ReadForgeEvent = (event) => {
  const job = at(event.payload, 'workflow_job')
  const [id, name] = [idAt(job, 'run_id'), textAt(job, 'name')]
  if (id === undefined || name === undefined) return undefined
  const { repository } = event
  const [startedAt, endedAt] = [timeAt(job, 'started_at'), timeAt(job, 'completed_at')]
  const status = statusOfRun(job)
  const durationMs = status === 'running' ? undefined : between(startedAt, endedAt)
  const report: Report = {
    ...runOf(event, id, numberAt(job, 'run_attempt')),
    ref: branchNamed(textAt(job, 'head_branch')),
    commit: bareCommit(textAt(job, 'head_sha'), repository),
    pipeline: { name: textAt(job, 'workflow_name') ?? 'Workflow', url: pageOfRun(repository, id) },
    status: 'running',
    jobs: [{ name, url: textAt(job, 'html_url'), status, durationMs, at: endedAt ?? startedAt ?? 0 }],
  }
  return { kind: 'pipeline', report }
}

const pageOfRun = (repository: Named | undefined, id: string): string | undefined =>
  repository?.url === undefined ? undefined : `${repository.url}/actions/runs/${id}`

/** The same key as the pipeline itself gives when it tells about itself. */
function runOf({ repository, actions }: ForgeEvent, id: string, attempt = 1) {
  const run = attempt > 1 ? `${id}/attempts/${attempt}` : id
  return { key: [actions, repository?.name ?? '', run].join('/'), vendor: actions, repository }
}

const numbered = (name = 'Workflow', number: string | undefined): string =>
  number === undefined ? name : `${name} #${number}`

/** "status: queued, in_progress, completed …; conclusion: success, failure, …" */
function statusOfRun(run: unknown): Status {
  const conclusion = textAt(run, 'conclusion')
  if (conclusion !== undefined) return statusNamed(conclusion) ?? 'skipped'
  return textAt(run, 'status') === 'completed' ? 'passed' : 'running'
}
