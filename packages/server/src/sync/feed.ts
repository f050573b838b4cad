// From the journal to the users: marks who must look at what, and wakes them, as changes become durable.
import { privateReceiptRef } from '../ephemeral/receipts.ts'
import { journalKind, type Journaled } from '../store/store.ts'
import { type Dirty, kindBit } from './dirty.ts'
import type { SyncParts } from './parts.ts'
import type { Waiters } from './waiters.ts'

export interface FeedParts extends Pick<SyncParts, 'store' | 'rooms' | 'ephemeral' | 'heroes'> {
  readonly dirty: Dirty
  readonly waiters: Waiters
  /** The user's account data changed: what is remembered of it is stale. */
  readonly onAccountData: (userNid: number) => void
}

/** Starts following the journal. */
export function startFeed(parts: FeedParts): void {
  parts.store.onDurable((entries) => {
    const flush = { touched: new Set<number>(), members: new Map<number, readonly number[] | undefined>() }
    for (const entry of entries) if (!markEntry(parts, entry, flush)) return markEverybody(parts)
    parts.waiters.wake(flush.touched)
  })
  parts.store.onReset(() => {
    parts.dirty.clear()
    parts.waiters.wakeAll()
  })
}

/** What one announcement of the store touches. */
interface Flush {
  /** Users to wake. */
  readonly touched: Set<number>
  /** Members of this server by room, undefined for rooms that are not in memory. */
  readonly members: Map<number, readonly number[] | undefined>
}

/** False when the room is not in memory, so that nobody can say whom it concerns. */
function markEntry(parts: FeedParts, entry: Journaled, flush: Flush): boolean {
  const { kind, position, room, user, ref } = entry
  const kinds = kindBit(kind)
  const mark = (who: number, inRoom = room) => {
    parts.dirty.mark(who, { position, room: inRoom, kinds })
    flush.touched.add(who)
  }
  const everybodyIn = () => {
    const members = membersOf(parts, room, flush)
    for (const member of members ?? []) mark(member)
    return members !== undefined
  }
  switch (kind) {
    case journalKind.event:
      if (user !== 0) {
        parts.heroes.changed(room, user)
        mark(user)
      }
      return everybodyIn()
    case journalKind.receipt:
      if (ref !== privateReceiptRef) return everybodyIn()
      mark(user)
      return true
    case journalKind.typing:
      return everybodyIn()
    case journalKind.presence:
      for (const witness of parts.ephemeral.presence.takeAudience(position)) mark(witness, 0)
      mark(user, 0)
      return true
    case journalKind.accountData:
      parts.onAccountData(user)
      mark(user)
      return true
    default:
      if (user !== 0) mark(user, 0)
      return true
  }
}

/**
 * Who was in the room when the entries were made: the room in memory is ahead of them, so that those who leave by an
 * event that is not durable yet are added.
 */
function membersOf({ rooms }: FeedParts, roomNid: number, { members }: Flush): readonly number[] | undefined {
  if (members.has(roomNid)) return members.get(roomNid)
  const room = rooms.peek(roomNid)
  const found = room && [...room.localJoined, ...rooms.unsettledMembers(room)]
  members.set(roomNid, found)
  return found
}

/** Everybody asks the database once. */
function markEverybody({ dirty, waiters }: FeedParts) {
  dirty.clear()
  waiters.wakeAll()
}
