// State events that the next resolution of a forked room looks at again, and that the next events of its forks cite: what
// its forks disagree about, which is neither in the current state nor recent.
import { authEventsKeptBytesMax } from '../limits.ts'
import type { RoomEvent } from './room-event.ts'

// Measured: the object, and what is parsed of the text.
const bytesPerEvent = 1_000
const bytesPerCharacter = 3

interface Kept {
  readonly event: RoomEvent
  readonly bytes: number
}

/** Those that came last. */
export class AuthEventsKept {
  readonly #kept = new Map<number, Kept>()
  readonly #nids = new Map<string, number>()
  #bytes = 0

  /** About what they take in memory. */
  get bytes(): number {
    return this.#bytes
  }

  get(nid: number): RoomEvent | undefined {
    return this.#kept.get(nid)?.event
  }

  byId(eventId: string): RoomEvent | undefined {
    const nid = this.#nids.get(eventId)
    return nid === undefined ? undefined : this.get(nid)
  }

  add(event: RoomEvent): void {
    this.#forget(event.nid)
    const bytes = bytesPerEvent + event.json.length * bytesPerCharacter
    this.#kept.set(event.nid, { event, bytes })
    this.#nids.set(event.eventId, event.nid)
    this.#bytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= authEventsKeptBytesMax) break
      this.#forget(oldest)
    }
  }

  /** An event has been given a place. */
  replace(event: RoomEvent): void {
    if (this.#kept.has(event.nid)) this.add(event)
  }

  #forget(nid: number): void {
    const kept = this.#kept.get(nid)
    if (!kept) return
    this.#bytes -= kept.bytes
    this.#kept.delete(nid)
    this.#nids.delete(kept.event.eventId)
  }
}
