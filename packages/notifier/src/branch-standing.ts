// How a result compares with the one before on the same branch: it broke, is still broken, or was fixed.
import { isContent } from './message-content.ts'
import type { Change, Report } from './report.ts'

/** Where a branch stands after a result. */
export interface Standing {
  /** Key of the pipeline that gave the last result. */
  readonly key: string
  readonly status: 'passed' | 'failed'
  readonly failuresInARow: number
  /** Key of the pipeline that broke the branch, while it is broken. */
  readonly brokenBy?: string
}

/** What a result changes on its branch, and where the branch stands then. */
export interface Judged {
  readonly change: Change | undefined
  readonly standing: Standing
}

/** Compares a result with where the branch stood. Undefined for what is no result: running, cancelled, skipped. */
export function judged(before: Standing | undefined, report: Report): Judged | undefined {
  const { status, key } = report
  if (status !== 'passed' && status !== 'failed') return undefined
  const stood = before ?? told(report)
  return { change: changeOf(stood, status), standing: standingAfter(stood, { key, status }) }
}

/** Tells a branch of a workflow from every other: different workflows of a branch are judged apart. */
export const branchKeyOf = (report: Report): readonly unknown[] => [
  report.repository?.name,
  report.ref?.name,
  workflowOf(report),
]

/** The pipeline's name without its number. */
const workflowOf = ({ pipeline }: Report) => pipeline?.name.replace(/\s*#\S+$/, '')

/** What the vendor says of the pipeline before. */
function told({ previous }: Report): Standing | undefined {
  if (previous === 'failed') return { key: '', status: 'failed', failuresInARow: 1 }
  return previous === 'passed' ? { key: '', status: 'passed', failuresInARow: 0 } : undefined
}

function standingAfter(before: Standing | undefined, { key, status }: Pick<Standing, 'key' | 'status'>): Standing {
  if (status === 'passed') return { key, status, failuresInARow: 0 }
  const brokenBy = before?.status === 'failed' ? before.brokenBy : key
  const failuresInARow = (before?.failuresInARow ?? 0) + 1
  return { key, status, failuresInARow, ...(brokenBy === undefined ? {} : { brokenBy }) }
}

function changeOf(before: Standing | undefined, status: Standing['status']): Change | undefined {
  if (status === 'failed') return before?.status === 'failed' ? 'still broken' : 'broke'
  return before?.status === 'failed' ? 'fixed' : undefined
}

/** A standing as it was kept. */
export function readStanding(value: unknown): Standing | undefined {
  if (!isContent(value)) return undefined
  const { key, status, failuresInARow, brokenBy } = value
  if (typeof key !== 'string' || (status !== 'passed' && status !== 'failed')) return undefined
  return {
    key,
    status,
    failuresInARow: typeof failuresInARow === 'number' ? failuresInARow : 0,
    ...(typeof brokenBy === 'string' ? { brokenBy } : {}),
  }
}
