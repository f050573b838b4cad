// The iterative auth checks of state resolution: replaying events in a given order, keeping those that are allowed.
// https://spec.matrix.org/v1.19/rooms/v2/#definitions
import { type AuthGraph, authFlags } from './auth-dag-columns.ts'
import { authorize } from './auth.ts'
import type { AuthEvent } from './event.ts'
import type { LoadedEvents, StateResolutionRoom } from './state-resolution-room.ts'

/** A state being made by a replay. */
export class ReplayedState {
  /** What the replay has set: slot → nid. */
  readonly changes = new Map<number, number>()
  readonly #room: StateResolutionRoom
  readonly #events: LoadedEvents
  readonly #initial: (slot: number) => number
  readonly #graph: AuthGraph

  /** `initial` is the state to start from: the nid at a slot, or 0. */
  constructor(room: StateResolutionRoom, events: LoadedEvents, initial: (slot: number) => number) {
    this.#room = room
    this.#events = events
    this.#initial = initial
    this.#graph = room.dag.graph()
  }

  /** The nid at a slot, or 0. */
  get(slot: number): number {
    return this.changes.get(slot) ?? this.#initial(slot)
  }

  /** Nid of the event with this type and state key, or 0. */
  find(type: string, stateKey: string): number {
    const slot = this.#room.slotOf(type, stateKey)
    return slot === undefined ? 0 : this.get(slot)
  }

  /**
   * "…iterating through the event list and applying the state event to the room state if the state event is allowed by the
   * authorisation rules. If the state event is not allowed by the authorisation rules, then the event is ignored."
   */
  replay(locals: readonly number[]): void {
    for (const local of locals) {
      const event = this.#events.get(this.#graph.nids[local]!)
      if (!event) continue
      const state = (type: string, stateKey: string) => this.#authEvent(local, type, stateKey)
      if (!authorize(event, state, this.#room.rules))
        this.changes.set(this.#graph.slots[local]!, this.#graph.nids[local]!)
    }
  }

  /**
   * "If a (event_type, state_key) key that is required for checking the authorisation rules is not present in the state, then
   * the appropriate state event from the event's auth_events is used if the auth event is not rejected."
   */
  #authEvent(local: number, type: string, stateKey: string): AuthEvent | undefined {
    const slot = this.#room.slotOf(type, stateKey)
    if (slot === undefined) return undefined
    const nid = this.get(slot) || this.#cited(local, slot) || this.#implied(type)
    return nid === 0 ? undefined : this.#events.get(nid)
  }

  #cited(local: number, slot: number): number {
    const { offsets, edges, slots, flags, nids } = this.#graph
    for (let at = offsets[local]!; at < offsets[local + 1]!; at++) {
      const cited = edges[at]!
      if (cited >= 0 && slots[cited] === slot && (flags[cited]! & authFlags.rejected) === 0) return nids[cited]!
    }
    return 0
  }

  /** "The `m.room.create` event MUST NOT be selected for `auth_events` on events. The `room_id` […] implies this instead." */
  #implied(type: string): number {
    return type === 'm.room.create' && this.#room.rules.roomIdIsCreateHash ? this.#room.dag.create : 0
  }
}
