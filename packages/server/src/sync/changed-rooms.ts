// Which rooms an answer must look at: all for an initial sync, the dirty ones otherwise, and when memory does not reach
// back to `since`, those the database names.
import type { Typing } from '../ephemeral/typing.ts'
import { roomsWithReceiptsSince } from '../store/receipts.ts'
import { journalKind, type Reader } from '../store/store.ts'
import { roomsWithEventsSince, userRoom, userRooms, type UserRoom } from '../store/user-rooms.ts'
import { type Changes, kindBit } from './dirty.ts'
import type { View } from './view.ts'

/** Every kind at once. */
export const allKinds = ~0

/** Kinds by room, found in the database: integers only, one look-up per room of the user. */
export async function changesFromStore(
  read: Reader,
  view: Pick<View, 'userNid' | 'since'>,
  typing: Typing,
): Promise<Changes> {
  const changes = new Map<number, number>([[0, allKinds]])
  const add = (room: number, kind: number) => void changes.set(room, (changes.get(room) ?? 0) | kindBit(kind))
  for (const room of await roomsWithEventsSince(read, view.userNid, view.since)) add(room, journalKind.event)
  for (const room of await roomsWithReceiptsSince(read, view.userNid, view.since)) add(room, journalKind.receipt)
  for (const room of typing.roomsChangedSince(view.since)) add(room, journalKind.typing)
  return changes
}

/** The user's memberships in the rooms to look at. */
export async function roomsToLookAt(read: Reader, view: View, changes: Changes): Promise<readonly UserRoom[]> {
  if (view.since === 0 || view.fullState) return userRooms(read, view.userNid)
  const rooms: UserRoom[] = []
  for (const room of changes.keys()) {
    const row = room === 0 ? undefined : await userRoom(read, view.userNid, room)
    if (row) rooms.push(row)
  }
  return rooms
}
