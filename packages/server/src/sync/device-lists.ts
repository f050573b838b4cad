// Whose devices or keys changed, who came to share a room with the user, and who no longer does.
// https://spec.matrix.org/v1.19/client-server-api/#tracking-the-device-list-for-a-user
import {
  deviceListChangesPage,
  deviceListMembersPage,
  deviceListMovedMembersMax,
  deviceListPlainRoomMembersMax,
} from '../limits.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import { Pace } from '../federation/pace.ts'
import { usersSignedSince } from '../store/cross-signing-keys.ts'
import { deviceListChanges, membersMovedSince, type MovedMember, sharingRoom } from '../store/device-lists.ts'
import { journalKind } from '../store/store.ts'
import type { UserRoom } from '../store/user-rooms.ts'
import { type Changes, kindBit } from './dirty.ts'
import { membershipPath, type PathRequest } from './memberships.ts'
import type { SyncParts } from './parts.ts'
import type { View } from './view.ts'

export interface ChangedLists {
  readonly changed: ReadonlySet<string>
  readonly left: ReadonlySet<string>
}

/** Whose changes, and in which rooms, are looked for. */
export type Watcher = Pick<View, 'userId' | 'userNid' | 'since' | 'to'>

export interface ChangedListsRequest {
  readonly changes: Changes
  readonly rooms: readonly UserRoom[]
}

/** Nids of users who may be told of. */
interface Candidates {
  readonly changed: Set<number>
  readonly left: Set<number>
}

/** What changed in the view's range, undefined when nothing did. */
export async function changedLists(
  parts: SyncParts,
  view: Watcher,
  { changes, rooms }: ChangedListsRequest,
): Promise<ChangedLists | undefined> {
  const found: Candidates = { changed: new Set(), left: new Set() }
  for (const row of rooms) {
    const hasEvents = ((changes.get(row.roomNid) ?? 0) & kindBit(journalKind.event)) !== 0
    if (row.position > view.since) await ownMembership(parts, view, { row, found })
    else if (hasEvents && row.membership === 'join') await otherMembers(parts, view, { row, found })
  }
  const toldOf = ((changes.get(0) ?? 0) & kindBit(journalKind.deviceListTold)) !== 0
  const signed = toldOf ? await changedThemselves(parts, view, found.changed) : []
  if (found.changed.size + found.left.size + signed.length === 0) return undefined
  return settle(parts, view, { ...found, signed })
}

/** Those who changed devices or keys since; and those whose keys the user signed, which the user alone sees. */
async function changedThemselves(
  { store, environment }: SyncParts,
  { userNid, since, to }: Watcher,
  changed: Set<number>,
): Promise<string[]> {
  const pace = new Pace(environment)
  for (let after = since; ;) {
    const page = await deviceListChanges(store.read, { since: after, to, limit: deviceListChangesPage })
    const others = page.map((row) => row.userNid)
    for (const nid of await sharingRoom(store.read, userNid, others)) changed.add(nid)
    if (others.includes(userNid)) changed.add(userNid)
    const last = page.at(-1)
    if (!last || page.length < deviceListChangesPage) break
    after = last.position
    await pace.breathe()
  }
  return usersSignedSince(store.read, { signerNid: userNid, since, to })
}

interface RoomLook {
  readonly row: UserRoom
  readonly found: Candidates
}

/** The user came to the room or left it, and with that to or from all its members. */
async function ownMembership(parts: SyncParts, view: Watcher, { row, found }: RoomLook): Promise<void> {
  if (row.eventNid === 0) return
  const room = await parts.rooms.get(row.roomNid)
  if (!isToldWhole(room)) return
  const path = await membershipPath(room, {
    row,
    userId: view.userId,
    since: view.since,
    eventsBefore: parts.rooms.eventsBefore,
  })
  const isNew = row.membership === 'join' && (path.interrupted || path.before !== 'join')
  const isGone = row.membership !== 'join' && path.everJoined
  if (!isNew && !isGone) return
  const into = isNew ? found.changed : found.left
  for (const [nid, membership] of room.memberships) if (membership === 'join' && nid !== view.userNid) into.add(nid)
}

/** Of large rooms without encryption nobody keeps device lists. */
const isToldWhole = (room: HotRoom): boolean =>
  room.stateNid('m.room.encryption') !== 0 || room.joinedCount <= deviceListPlainRoomMembersMax

async function otherMembers(parts: SyncParts, view: Watcher, { row, found }: RoomLook): Promise<void> {
  const { since, to } = view
  const moved = await membersMovedSince(parts.store.read, { roomNid: row.roomNid, since, to })
  if (moved.length === 0) return
  const room = await parts.rooms.get(row.roomNid)
  const userIds = await parts.users.userIds(moved.map(({ userNid }) => userNid))
  for (const [index, member] of moved.entries()) {
    const userId = userIds.get(member.userNid)
    if (userId === undefined || member.userNid === view.userNid) continue
    // Where very many came and went, some are told of who only changed their name.
    const isExact = index < deviceListMovedMembersMax && member.eventNid !== 0
    const way = isExact
      ? await wayOf(room, member, { userId, since, eventsBefore: parts.rooms.eventsBefore })
      : member.membership
    if (way === 'join') found.changed.add(member.userNid)
    else if (way === 'leave' || way === 'ban') found.left.add(member.userNid)
  }
}

/** `join` for one who came, `leave` for one who is gone, undefined for one who is in the room as before, or never was. */
async function wayOf(
  room: HotRoom,
  member: MovedMember,
  { userId, since, eventsBefore }: Pick<PathRequest, 'userId' | 'since' | 'eventsBefore'>,
): Promise<'join' | 'leave' | undefined> {
  const { before, interrupted, everJoined } = await membershipPath(room, { row: member, userId, since, eventsBefore })
  if (member.membership === 'join') return interrupted || before !== 'join' ? 'join' : undefined
  return everJoined ? 'leave' : undefined
}

/** By user ID; one who left still shares a room with the user if it was not the last. */
async function settle(
  parts: SyncParts,
  { userNid, userId }: Watcher,
  { changed, left, signed }: Candidates & { readonly signed: readonly string[] },
): Promise<ChangedLists> {
  const { store, environment, users } = parts
  const candidates = [...left]
  const gone = new Set(candidates)
  const pace = new Pace(environment)
  for (let from = 0; from < candidates.length; from += deviceListMembersPage) {
    await pace.breathe()
    for (const nid of await sharingRoom(store.read, userNid, candidates.slice(from, from + deviceListMembersPage)))
      gone.delete(nid)
  }
  const ids = await users.userIds([...changed, ...gone])
  const named = (nids: Iterable<number>) => Array.from(nids).flatMap((nid) => ids.get(nid) ?? [])
  const leftNames = new Set(named(gone))
  leftNames.delete(userId)
  return { changed: new Set([...named(changed), ...signed].filter((each) => !leftNames.has(each))), left: leftNames }
}
