// State events as the authorisation rules look at them, kept for the next resolution of a forked room: it looks at all
// that its forks disagree about, which is neither in the current state nor recent.
import type { AuthEvent } from '@myelin/algorithms/event'
import { authEventsKeptBytesMax } from '../limits.ts'
import type { RoomEvent } from './room-event.ts'

// Measured: the object, and what is parsed of the text.
const bytesPerEvent = 1_000
const bytesPerCharacter = 3

interface Kept {
  readonly authEvent: AuthEvent
  readonly bytes: number
}

/** Those that came last, by nid. */
export class AuthEventsKept {
  readonly #kept = new Map<number, Kept>()
  #bytes = 0

  /** About what they take in memory. */
  get bytes(): number {
    return this.#bytes
  }

  get(nid: number): AuthEvent | undefined {
    return this.#kept.get(nid)?.authEvent
  }

  add({ nid, json, authEvent }: RoomEvent): void {
    this.#forget(nid)
    const bytes = bytesPerEvent + json.length * bytesPerCharacter
    this.#kept.set(nid, { authEvent, bytes })
    this.#bytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= authEventsKeptBytesMax) break
      this.#forget(oldest)
    }
  }

  #forget(nid: number): void {
    this.#bytes -= this.#kept.get(nid)?.bytes ?? 0
    this.#kept.delete(nid)
  }
}
