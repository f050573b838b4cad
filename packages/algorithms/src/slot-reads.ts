// Which slots of a state the judging of conflicted events reads: what says how far a change of one slot can reach. Only
// ever added to, so it may name too much, never too little.
import { authTypes } from './auth-events.ts'
import type { AuthEvent } from './event.ts'
import type { StateResolutionRoom } from './state-resolution-room.ts'

export class SlotReads {
  readonly #reads = new Map<number, Set<number>>()
  readonly #readers = new Map<number, Set<number>>()
  #isWhole = true

  /** Every key that is read has a slot; otherwise an event that comes later might be read too. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /** The number of slots with events. */
  get size(): number {
    return this.#reads.size
  }

  /** Notes what judging an event at this slot reads. */
  note(room: StateResolutionRoom, slot: number, event: AuthEvent): void {
    for (const [type, stateKey] of [...authTypes(event, room.rules), createKey]) {
      const read = room.slotOf(type, stateKey)
      if (read === undefined) this.#isWhole = false
      else {
        addTo(this.#reads, slot, read)
        addTo(this.#readers, read, slot)
      }
    }
  }

  /** These slots, and all whose events read them, directly or not. */
  reachedFrom(slots: Iterable<number>): Set<number> {
    return closure(this.#readers, slots)
  }

  /** These slots, and all that their events read, directly or not. */
  neededFor(slots: Iterable<number>): Set<number> {
    return closure(this.#reads, slots)
  }
}

const createKey = ['m.room.create', ''] as const

function addTo(sets: Map<number, Set<number>>, key: number, value: number): void {
  const set = sets.get(key)
  if (set) set.add(value)
  else sets.set(key, new Set([value]))
}

/** A set that is added to while it is walked is walked to its end. */
function closure(next: ReadonlyMap<number, ReadonlySet<number>>, from: Iterable<number>): Set<number> {
  const reached = new Set(from)
  for (const slot of reached) for (const each of next.get(slot) ?? []) reached.add(each)
  return reached
}
