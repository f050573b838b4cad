// How the pipeline before this one on the same branch ended, kept in the account's own data of the room: every machine
// that signs in with the account finds it, and nobody in the room sees it.
import { getAccountDataPerRoom, setAccountDataPerRoom } from '@myelin/protocol/client-server/account-data'
import type { Content, Homeserver } from './homeserver.ts'
import { digestOf, isContent } from './keyed-message.ts'
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

interface Memory {
  readonly standing: Standing
  /** Where it stood before, so that a result told twice changes nothing. */
  readonly before?: Standing
}

/** What a result changes, and the memory to keep once it has been told. */
export interface Judgement {
  readonly change: Change | undefined
  readonly standing: Standing
  readonly keep: () => Promise<void>
}

/** Compares a result with the one before on the branch. Undefined for what is no result: running, cancelled, skipped. */
export async function judge(homeserver: Homeserver, roomId: string, report: Report): Promise<Judgement | undefined> {
  const { status, key } = report
  if (status !== 'passed' && status !== 'failed') return undefined
  const type = `dev.myelin.ci.branch.${digestOf([report.repository?.name, report.ref?.name, workflowOf(report)])}`
  const place = { userId: homeserver.userId, roomId, type }
  const memory = readMemory(await homeserver.find(getAccountDataPerRoom, place))
  const before = (memory?.standing.key === key ? memory.before : memory?.standing) ?? told(report)
  const standing = standingAfter(before, { key, status })
  const keep = async () => {
    await homeserver.call(setAccountDataPerRoom, { ...place, body: { standing, ...(before ? { before } : {}) } })
  }
  return { change: changeOf(before, status), standing, keep }
}

/** The pipeline's name without its number: different workflows of a branch are judged apart. */
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

function readMemory(content: Content | undefined): Memory | undefined {
  const standing = readStanding(content?.['standing'])
  const before = readStanding(content?.['before'])
  return standing === undefined ? undefined : { standing, ...(before === undefined ? {} : { before }) }
}

function readStanding(value: unknown): Standing | undefined {
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
