// The one model in the middle: every source (a CI vendor's environment, git, a hook) maps into a Report, every output
// (text, HTML, reactions, machine-readable fields) is rendered from it.
import type { Commit } from './commits.ts'

/** How a pipeline or job stands. */
export const statuses = ['running', 'passed', 'failed', 'cancelled', 'skipped'] as const
export type Status = (typeof statuses)[number]

/** How a result compares with the one before on the same branch. */
export type Change = 'broke' | 'still broken' | 'fixed'

/** Something with a name and perhaps a web page. */
export interface Named {
  readonly name: string
  readonly url?: string | undefined
}

export interface Job extends Named {
  readonly status: Status
  readonly durationMs?: number | undefined
  /** When this was said, milliseconds since 1970: of two accounts of a job the later one holds. */
  readonly at: number
}

/** A branch, tag, or merge or pull request. */
export interface Ref extends Named {
  readonly kind: 'branch' | 'tag' | 'request'
}

/** What there is to tell about a pipeline. Everything is as the source says it: rendering makes it safe. */
export interface Report {
  /** The same pipeline has the same key, on every machine: what is told about a key is told in one message. */
  readonly key: string
  readonly vendor?: string | undefined
  readonly repository?: Named | undefined
  readonly ref?: Ref | undefined
  readonly commit?: Commit | undefined
  /** Name and number of the pipeline or workflow, and its page. */
  readonly pipeline?: Named | undefined
  readonly status: Status
  /** Result of the pipeline before on this branch, where the vendor tells. */
  readonly previous?: Status | undefined
  readonly change?: Change | undefined
  /** How many results in a row were failures, this one included. */
  readonly failuresInARow?: number | undefined
  /** Milliseconds since 1970. */
  readonly startedAt?: number | undefined
  readonly durationMs?: number | undefined
  readonly jobs: readonly Job[]
  /** Who set it off. */
  readonly actor?: string | undefined
  /** Last lines of output, where something failed. */
  readonly excerpt?: string | undefined
}

/** Most jobs that a message lists; those beyond are counted. */
export const jobsMax = 30

const isStatus = (value: unknown): value is Status => statuses.some((status) => status === value)

/** The status of that name; vendors say success, failure, canceled, killed, … */
export function statusNamed(name: string): Status | undefined {
  const plain = name.toLowerCase()
  if (isStatus(plain)) return plain
  return synonyms[plain]
}

const synonyms: Readonly<Record<string, Status>> = {
  success: 'passed',
  succeeded: 'passed',
  successful: 'passed',
  ok: 'passed',
  pass: 'passed',
  failure: 'failed',
  failing: 'failed',
  fail: 'failed',
  error: 'failed',
  errored: 'failed',
  timedout: 'failed',
  timed_out: 'failed',
  succeededwithissues: 'passed',
  unstable: 'failed',
  broken: 'failed',
  canceled: 'cancelled',
  aborted: 'cancelled',
  killed: 'cancelled',
  pending: 'running',
  started: 'running',
  in_progress: 'running',
  not_built: 'skipped',
}

/**
 * Two accounts of the same pipeline as one: the later one holds, jobs one by one, and the first start. What has ended
 * stays so: a job that tells late does not set it going again.
 */
export function merged(earlier: Report | undefined, later: Report): Report {
  if (earlier === undefined) return later
  const jobs = new Map(earlier.jobs.map((job) => [job.name, job]))
  for (const job of later.jobs) if ((jobs.get(job.name)?.at ?? 0) <= job.at) jobs.set(job.name, job)
  const known = Object.fromEntries(Object.entries(later).filter(([, value]) => value !== undefined))
  const started = [earlier.startedAt, later.startedAt].filter((at) => at !== undefined)
  const status = later.status === 'running' ? earlier.status : later.status
  return { ...earlier, ...known, key: later.key, status, jobs: [...jobs.values()], ...firstOf(started) }
}

const firstOf = (started: readonly number[]) => (started.length === 0 ? {} : { startedAt: Math.min(...started) })

/** A report that is over has a duration: until `now`, milliseconds since 1970, unless it tells one. */
export function finished(report: Report, now: number): Report {
  const { status, startedAt, durationMs } = report
  if (status === 'running' || startedAt === undefined || durationMs !== undefined) return report
  return { ...report, durationMs: Math.max(0, now - startedAt) }
}

const isJob = (value: unknown): value is Job =>
  isContent(value) &&
  typeof value['name'] === 'string' &&
  typeof value['status'] === 'string' &&
  typeof value['at'] === 'number'

/** A report as an earlier run kept it. It wrote it itself: only what decides the merge is checked. */
export function readReport(value: unknown): Report | undefined {
  if (!isContent(value) || typeof value['key'] !== 'string' || typeof value['status'] !== 'string') return undefined
  const status = statusNamed(value['status'])
  if (status === undefined || !Array.isArray(value['jobs'])) return undefined
  return { ...value, key: value['key'], status, jobs: value['jobs'].filter(isJob) }
}

const isContent = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
