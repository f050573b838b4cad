// `myelin-notify status`: tells how the pipeline that this job belongs to stands, in one message per room.
import { NotifierError } from '../failure.ts'
import { isContent } from '../message-content.ts'
import { pipelineReport } from '../pipeline-report.ts'
import { statusNamed, statuses, type Job, type Report, type Status } from '../report.ts'
import { tell } from '../tell.ts'
import { detect } from '../vendor.ts'
import { roomsOf, sessionOf } from './connect.ts'
import type { Output } from './output.ts'
import { reportOutcomes, tellOptions, type PipelineFlags } from './telling.ts'

export interface StatusFlags extends PipelineFlags {
  readonly status?: string
  readonly job?: string
  readonly jobUrl?: string
}

/** What to say of the pipeline: that it begins, goes on, is over, or whatever the vendor's variables say. */
export type Phase = 'start' | 'update' | 'finish' | 'auto'

export async function status(phase: Phase, flags: StatusFlags, output: Output): Promise<number> {
  const report = await reportFor(phase, flags)
  const outcomes = await sessionOf(flags, output).use(async (homeserver) =>
    tell(homeserver, report, { ...tellOptions(flags), rooms: await roomsOf(homeserver, flags) }),
  )
  return reportOutcomes(outcomes, output)
}

async function reportFor(phase: Phase, flags: StatusFlags): Promise<Report> {
  const { repository, key, name, url } = flags
  const given = flags.status === undefined ? undefined : statusGiven(flags.status)
  const found = detect(process.env)?.pipeline
  const needs = phase === 'start' ? [] : jobsNeeded(process.env['MYELIN_NOTIFY_NEEDS'])
  const job = jobOf(flags, { status: given ?? found?.status ?? (phase === 'start' ? 'running' : 'passed'), found })
  const report = await pipelineReport({ variables: process.env, repository, given: { key, name, url } })
  const startedAt = report.startedAt ?? (phase === 'start' ? Date.now() : undefined)
  const told = worstOf(needs) ?? found?.status
  const overall = overallStatus(phase, { given, told, hasJob: job !== undefined })
  return { ...report, status: overall, startedAt, jobs: job === undefined ? needs : [...needs, job] }
}

/** The jobs in `toJSON(needs)` of GitHub, Gitea and Forgejo Actions: `{"lint": {"result": "success"}}`. */
function jobsNeeded(text: string | undefined): Job[] {
  const needs: unknown = text === undefined || text === '' ? {} : parsed(text)
  if (!isContent(needs))
    throw new NotifierError('usage', 'MYELIN_NOTIFY_NEEDS must be the JSON object of toJSON(needs)')
  return Object.entries(needs).flatMap(([name, need]) => {
    const status = isContent(need) ? statusNamed(String(need['result'])) : undefined
    return status === undefined ? [] : [{ name, status, at: Date.now() }]
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What jobs come to: failed if one failed, cancelled if one was. */
const worstOf = (jobs: readonly Job[]): Status | undefined =>
  (['failed', 'cancelled', 'passed'] as const).find((status) => jobs.some((job) => job.status === status))

function overallStatus(
  phase: Phase,
  { given, told, hasJob }: { given: Status | undefined; told: Status | undefined; hasJob: boolean },
): Status {
  if (phase === 'start') return 'running'
  // Of an update with a job the status is the job's: the pipeline as a whole goes on.
  if (phase === 'update') return hasJob ? 'running' : (given ?? 'running')
  return given ?? told ?? (phase === 'finish' ? 'passed' : 'running')
}

function jobOf(
  { job: name, jobUrl }: StatusFlags,
  { status, found }: { status: Status; found: { jobUrl?: string | undefined } | undefined },
): Job | undefined {
  return name === undefined ? undefined : { name, status, url: jobUrl ?? found?.jobUrl, at: Date.now() }
}

function statusGiven(name: string): Status {
  const status = statusNamed(name)
  if (status === undefined) throw new NotifierError('usage', `--status is one of ${statuses.join(', ')}, not '${name}'`)
  return status
}
