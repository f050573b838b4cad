// How the pipeline before this one on the same branch ended, kept in the account's own data of the room: every machine
// that signs in with the account finds it, and nobody in the room sees it.
import { getAccountDataPerRoom, setAccountDataPerRoom } from '@myelin/protocol/client-server/account-data'
import type { Content, Homeserver } from './homeserver.ts'
import { branchKeyOf, judged, readStanding, type Judged, type Standing } from './branch-standing.ts'
import { digestOf } from './message-content.ts'
import type { Report } from './report.ts'

interface Memory {
  readonly standing: Standing
  /** Where it stood before, so that a result told twice changes nothing. */
  readonly before?: Standing
}

/** What a result changes, and the memory to keep once it has been told. */
export interface Judgement extends Judged {
  readonly keep: () => Promise<void>
}

/** Compares a result with the one before on the branch. Undefined for what is no result: running, cancelled, skipped. */
export async function judge(homeserver: Homeserver, roomId: string, report: Report): Promise<Judgement | undefined> {
  if (report.status !== 'passed' && report.status !== 'failed') return undefined
  const type = `dev.myelin.ci.branch.${digestOf(branchKeyOf(report))}`
  const place = { userId: homeserver.userId, roomId, type }
  const memory = readMemory(await homeserver.find(getAccountDataPerRoom, place))
  const before = memory?.standing.key === report.key ? memory.before : memory?.standing
  const judgement = judged(before, report)
  if (judgement === undefined) return undefined
  const keep = async () => {
    const body = { standing: judgement.standing, ...(before ? { before } : {}) }
    await homeserver.call(setAccountDataPerRoom, { ...place, body })
  }
  return { ...judgement, keep }
}

function readMemory(content: Content | undefined): Memory | undefined {
  const standing = readStanding(content?.['standing'])
  const before = readStanding(content?.['before'])
  return standing === undefined ? undefined : { standing, ...(before === undefined ? {} : { before }) }
}
