// Account data: the user's own, global and per room, with the push rules among the global.
import { accountDataIn, accountDataSince, type AccountDataEntry } from '../store/account-data.ts'
import type { Reader } from '../store/store.ts'
import type { EventTest } from './filter.ts'
import { plainEvent, type View } from './view.ts'

/** Entries by room nid; 0 holds the global ones. */
export type AccountDataByRoom = ReadonlyMap<number, readonly AccountDataEntry[]>

/** All entries of the user that changed in the view's range. */
export async function changedAccountData(read: Reader, view: View): Promise<AccountDataByRoom> {
  const byRoom = new Map<number, AccountDataEntry[]>()
  for (const entry of await accountDataSince(read, view.userNid, view.since)) {
    if (entry.position > view.to) continue
    const entries = byRoom.get(entry.roomNid) ?? []
    entries.push(entry)
    byRoom.set(entry.roomNid, entries)
  }
  return byRoom
}

/** All entries of the user in a room the client knows nothing of. */
export const allAccountData = (read: Reader, view: View, roomNid: number): Promise<AccountDataEntry[]> =>
  accountDataIn(read, view.userNid, roomNid)

/** The events the filter lets through, as JSON texts. */
export const accountDataEvents = (entries: readonly AccountDataEntry[], test: EventTest): string[] =>
  entries.filter((entry) => test.accepts(entry)).map((entry) => plainEvent(entry.type, entry.content))
