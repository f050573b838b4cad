// From the journal to the users: marks who must look at what, and wakes them, as changes become durable. All entries of
// one announcement are taken together, so that a busy room costs its members one mark however many events came.
import { privateReceiptRef, renewedRef } from '../ephemeral/entry-refs.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import { type Dirty, kindBit } from './dirty.ts'
import type { SyncParts } from './parts.ts'
import type { Waiters } from './waiters.ts'

export interface FeedParts extends Pick<SyncParts, 'store' | 'rooms' | 'ephemeral' | 'heroes' | 'encryption'> {
  readonly dirty: Dirty
  readonly waiters: Waiters
  /** The user's account data changed: what is remembered of it is stale. */
  readonly onAccountData: (userNid: number) => void
}

/** Starts following the journal. */
export function startFeed(parts: FeedParts): void {
  parts.store.onDurable((entries) => {
    const flush: Flush = { rooms: new Map(), users: new Map() }
    for (const entry of entries) gather(parts, entry, flush)
    announce(parts, flush, entries.at(-1)?.position ?? 0)
  })
  parts.store.onReset(() => everybodyAsks(parts))
}

/** What one announcement of the store touches: kinds by room, and by user and room. */
interface Flush {
  /** For everybody in the room. */
  readonly rooms: Map<number, number>
  /** For one user; room 0 for what belongs to no room. */
  readonly users: Map<number, Map<number, number>>
}

function gather(parts: FeedParts, { kind, position, room, user, ref }: Journaled, flush: Flush): void {
  const toRoom = () => addKind(flush.rooms, room, kind)
  const toUser = (who: number, inRoom: number) => {
    const rooms = flush.users.get(who) ?? new Map<number, number>()
    flush.users.set(who, rooms)
    addKind(rooms, inRoom, kind)
  }
  switch (kind) {
    case journalKind.event:
      // The user whose membership the event sets.
      if (user !== 0) parts.heroes.changed(room, user)
      if (ref === 0) parts.heroes.forget(room)
      if (user !== 0) toUser(user, room)
      return toRoom()
    case journalKind.memberMoved:
      parts.heroes.changed(room, user)
      return toUser(user, room)
    case journalKind.typing:
      return ref === renewedRef ? undefined : toRoom()
    case journalKind.receipt:
      return ref === privateReceiptRef ? toUser(user, room) : toRoom()
    case journalKind.presence:
      if (ref === renewedRef) return
      for (const witness of parts.ephemeral.presence.takeUsers(position)) toUser(witness, 0)
      return toUser(user, 0)
    case journalKind.deviceListTold:
      for (const witness of parts.encryption.takeAudience(position)) toUser(witness, 0)
      return toUser(user, 0)
    // `deviceListTold` follows.
    case journalKind.deviceList:
      return undefined
    case journalKind.accountData:
      parts.onAccountData(user)
      return toUser(user, room)
    default:
      if (user !== 0) toUser(user, 0)
  }
}

const addKind = (kinds: Map<number, number>, key: number, kind: number): void =>
  void kinds.set(key, (kinds.get(key) ?? 0) | kindBit(kind))

/** Tokens are the ends of announcements, so that within one all marks may carry its last position. */
function announce(parts: FeedParts, { rooms, users }: Flush, position: number): void {
  const { dirty, waiters } = parts
  const touched = new Set<number>()
  for (const [room, kinds] of rooms) {
    const members = membersOf(parts, room)
    if (!members) return everybodyAsks(parts)
    for (const user of members) {
      dirty.mark(user, { position, room, kinds })
      touched.add(user)
    }
  }
  for (const [user, kindsByRoom] of users) {
    for (const [room, kinds] of kindsByRoom) dirty.mark(user, { position, room, kinds })
    touched.add(user)
  }
  waiters.wake(touched)
}

/**
 * Who was in the room when the entries were made: the room in memory is ahead of them, so that those who leave by an
 * event that is not durable yet are added. Undefined when the room is not in memory.
 */
function membersOf({ rooms }: FeedParts, roomNid: number): Iterable<number> | undefined {
  const room = rooms.peek(roomNid)
  if (!room) return undefined
  const unsettled = rooms.unsettledMembers(room)
  return unsettled.length === 0 ? room.localJoined : new Set([...room.localJoined, ...unsettled])
}

/** What is known may be wrong or incomplete: everybody asks the database once. */
function everybodyAsks({ dirty, waiters }: FeedParts): void {
  dirty.clear()
  waiters.wakeAll()
}
