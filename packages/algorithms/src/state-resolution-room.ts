// What state resolution is given of a room, and what it answers.
import type { AuthDag } from './auth-dag.ts'
import type { AuthEvent } from './event.ts'
import type { RoomVersionRules } from './room-version.ts'
import type { StateArena } from './state-vector.ts'

/** The room whose states are resolved. Every state event in them, and all these cite, is in `dag`. */
export interface StateResolutionRoom {
  readonly arena: StateArena
  readonly dag: AuthDag
  readonly rules: RoomVersionRules
  /** The event, or undefined if it would have to be loaded first. */
  event(nid: number): AuthEvent | undefined
  /** The slot of a (type, state_key); undefined if the room never had such an event. */
  slotOf(type: string, stateKey: string): number | undefined
}

/** The resolved state, or the nids of events that have to be loaded before another try. */
export type Resolution = { readonly root: number } | { readonly missing: readonly number[] }

/** Events of a room by nid, noting down those that are not loaded. */
export class LoadedEvents {
  readonly missing = new Set<number>()
  readonly #room: StateResolutionRoom

  constructor(room: StateResolutionRoom) {
    this.#room = room
  }

  get(nid: number): AuthEvent | undefined {
    const event = this.#room.event(nid)
    if (!event) this.missing.add(nid)
    return event
  }

  /** Whether all of these are loaded. */
  hasAll(nids: Iterable<number>): boolean {
    for (const nid of nids) this.get(nid)
    return this.missing.size === 0
  }
}
