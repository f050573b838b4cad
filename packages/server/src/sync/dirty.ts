// Which rooms changed for whom: per syncing user a bounded ring of (position, room, kinds), fed as changes become durable.
// It makes an incremental /sync cost what changed, not how many rooms the user is in.
import { dirtyEntriesPerUserMax, dirtyUsersMax } from '../limits.ts'

/** One bit per kind of journal entry, so that a room's entry says which sections must look. */
export const kindBit = (kind: number): number => 1 << kind

/** What a user must look at: kinds by room; room 0 holds what belongs to the user alone (account data, presence, devices). */
export type Changes = ReadonlyMap<number, number>

const firstCapacity = 16

class Ring {
  #positions = new Float64Array(firstCapacity)
  #rooms = new Float64Array(firstCapacity)
  #kinds = new Int32Array(firstCapacity)
  /** Entries ever added; the newest sits at (count - 1) modulo capacity. */
  #count = 0
  /** The ring knows every change after this position. */
  knownSince: number

  constructor(knownSince: number) {
    this.knownSince = knownSince
  }

  add(position: number, room: number, kinds: number) {
    const capacity = this.#positions.length
    const newest = (this.#count - 1) % capacity
    if (this.#count > 0 && this.#rooms[newest] === room) {
      // A busy room keeps one entry: looking at a kind that did not change costs a look, never a wrong answer.
      this.#positions[newest] = position
      this.#kinds[newest] = (this.#kinds[newest] ?? 0) | kinds
      return
    }
    if (this.#count === capacity && capacity < dirtyEntriesPerUserMax) this.#grow()
    const at = this.#count % this.#positions.length
    if (this.#count >= this.#positions.length) this.knownSince = this.#positions[at] ?? position
    this.#positions[at] = position
    this.#rooms[at] = room
    this.#kinds[at] = kinds
    this.#count++
  }

  since(position: number): Changes {
    const changes = new Map<number, number>()
    const capacity = this.#positions.length
    const oldest = Math.max(0, this.#count - capacity)
    for (let i = this.#count - 1; i >= oldest; i--) {
      const at = i % capacity
      if ((this.#positions[at] ?? 0) <= position) break
      const room = this.#rooms[at] ?? 0
      changes.set(room, (changes.get(room) ?? 0) | (this.#kinds[at] ?? 0))
    }
    return changes
  }

  /** Only while the ring has never wrapped, so that the order of the entries stays as it is. */
  #grow() {
    const capacity = Math.min(this.#positions.length * 2, dirtyEntriesPerUserMax)
    const positions = new Float64Array(capacity)
    const rooms = new Float64Array(capacity)
    const kinds = new Int32Array(capacity)
    positions.set(this.#positions)
    rooms.set(this.#rooms)
    kinds.set(this.#kinds)
    this.#positions = positions
    this.#rooms = rooms
    this.#kinds = kinds
  }
}

/** The rings of the users that sync. Users that never sync cost nothing. */
export class Dirty {
  /** In order of last use, so that the longest idle is forgotten first. */
  readonly #rings = new Map<number, Ring>()

  /** Notes that `kinds` changed in `room` (0: the user's own things) at `position`. Positions never go back. */
  mark(user: number, change: { readonly position: number; readonly room: number; readonly kinds: number }): void {
    this.#rings.get(user)?.add(change.position, change.room, change.kinds)
  }

  /**
   * What changed for `user` after `since`. 'unknown' when the ring does not reach back that far (first sync after a
   * start, overflow): the caller then asks the database. `position` is what is durable now: from here on the ring knows.
   */
  changesSince(user: number, since: number, position: number): Changes | 'unknown' {
    const ring = this.#rings.get(user)
    if (ring === undefined) {
      this.#remember(user, new Ring(position))
      return since >= position ? new Map() : 'unknown'
    }
    this.#remember(user, ring)
    return since >= ring.knownSince ? ring.since(since) : 'unknown'
  }

  /** Forgets everything: after a failed commit memory may name changes that never happened. */
  clear(): void {
    this.#rings.clear()
  }

  #remember(user: number, ring: Ring) {
    this.#rings.delete(user)
    this.#rings.set(user, ring)
    if (this.#rings.size > dirtyUsersMax)
      for (const oldest of this.#rings.keys()) return void this.#rings.delete(oldest)
  }
}
