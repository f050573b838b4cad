// GET /keys/changes: what /sync would have said of device lists between two tokens.
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3keyschanges
import { userRoom } from '../store/user-rooms.ts'
import { changesFromStore } from './changed-rooms.ts'
import { changedLists } from './device-lists.ts'
import { listsText } from './device-sections.ts'
import type { SyncParts } from './parts.ts'
import { parseSince } from './token.ts'

/** `next_batch` tokens. */
export interface KeysChangesRange {
  readonly from: string
  /** "May be used by the server as a hint": the answer reaches up to now. */
  readonly to: string
}

export async function keysChanges(
  parts: SyncParts,
  { userId, userNid }: { readonly userId: string; readonly userNid: number },
  range: KeysChangesRange,
): Promise<string> {
  const { store, ephemeral } = parts
  const to = store.durablePosition
  parseSince(range.to, to)
  const { position: since } = parseSince(range.from, to)
  const changes = await changesFromStore(store.read, { userNid, since }, ephemeral.typing)
  const rooms = []
  for (const roomNid of changes.keys()) {
    const row = roomNid === 0 ? undefined : await userRoom(store.read, userNid, roomNid)
    if (row) rooms.push(row)
  }
  const lists = await changedLists(parts, { userId, userNid, since, to }, { changes, rooms })
  return listsText(lists ?? { changed: new Set(), left: new Set() })
}
