// Who is typing where: in memory only, with a time-out; a change takes a journal position so that sync wakes.
// https://spec.matrix.org/v1.19/client-server-api/#typing-notifications
import type { Environment } from '../environment.ts'
import { typingRenewMs, typingTimeoutDefaultMs, typingTimeoutMaxMs } from '../limits.ts'
import { journalKind, type JournalEntry, type Store } from '../store/store.ts'
import { renewedRef } from './entry-refs.ts'

interface TypingUser {
  readonly userId: string
  readonly cancel: () => void
  /** When it was last said, milliseconds since the epoch. */
  readonly toldMs: number
}

interface TypingRoom {
  readonly users: Map<number, TypingUser>
  changedAt: number
}

export interface TypingChange {
  readonly roomNid: number
  readonly userNid: number
  readonly userId: string
  readonly typing: boolean
  readonly timeoutMs?: number | undefined
  /** Who goes on typing is said again after a while: other servers forget a user they hear nothing more of. */
  readonly renews?: boolean
}

/** The typing users of all rooms. */
export class Typing {
  readonly #store: Store
  readonly #environment: Environment
  readonly #rooms = new Map<number, TypingRoom>()

  constructor(store: Store, environment: Environment) {
    this.#store = store
    this.#environment = environment
  }

  /** Says that a member types (for at most `timeoutMs`) or stopped. The caller has checked the membership. */
  async set(change: TypingChange): Promise<void> {
    const room = this.#rooms.get(change.roomNid)
    const before = room?.users.get(change.userNid)
    before?.cancel()
    if (!change.typing) {
      if (before && room?.users.delete(change.userNid)) await this.#changed(change, room)
      return
    }
    const typing = room ?? { users: new Map<number, TypingUser>(), changedAt: 0 }
    this.#rooms.set(change.roomNid, typing)
    const timeoutMs = Math.min(Math.max(change.timeoutMs ?? typingTimeoutDefaultMs, 1), typingTimeoutMaxMs)
    const cancel = this.#environment.timer(timeoutMs, () => void this.#expire(change))
    const now = this.#environment.now()
    const isRenewed = before !== undefined && change.renews === true && now - before.toldMs >= typingRenewMs
    const toldMs = before && !isRenewed ? before.toldMs : now
    typing.users.set(change.userNid, { userId: change.userId, cancel, toldMs })
    if (!before) await this.#changed(change, typing)
    if (isRenewed) await this.#store.write((w) => void w.journal(entryOf(change, renewedRef)))
  }

  /** Whether a user types in a room. */
  isTyping(roomNid: number, userNid: number): boolean {
    return this.#rooms.get(roomNid)?.users.has(userNid) ?? false
  }

  /** The ids of the users typing in a room. */
  users(roomNid: number): string[] {
    return Array.from(this.#rooms.get(roomNid)?.users.values() ?? [], (user) => user.userId)
  }

  /** Position of the last change in a room; 0 when nobody typed since the start. */
  changedAt(roomNid: number): number {
    return this.#rooms.get(roomNid)?.changedAt ?? 0
  }

  /** Rooms in which it changed after a position. */
  roomsChangedSince(position: number): number[] {
    return Array.from(this.#rooms)
      .filter(([, room]) => room.changedAt > position)
      .map(([nid]) => nid)
  }

  async #expire(change: TypingChange) {
    // A failed commit only delays what others see until the next change; nobody waits for this promise.
    await this.set({ ...change, typing: false }).catch(() => undefined)
  }

  #changed(change: TypingChange, room: TypingRoom): Promise<void> {
    return this.#store.write((w) => {
      room.changedAt = w.journal(entryOf(change, 0))
    })
  }
}

const entryOf = ({ roomNid, userNid }: TypingChange, ref: number): JournalEntry => ({
  ...{ kind: journalKind.typing, room: roomNid },
  ...{ user: userNid, ref },
})
