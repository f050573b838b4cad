// A room made of known events, held as the server holds it: nids, slots, an arena, an auth DAG.
import { AuthDag, authFlagsOf } from '../auth-dag.ts'
import type { AuthEvent } from '../event.ts'
import type { RoomVersionRules } from '../room-version.ts'
import type { StateResolutionRoom } from '../state-resolution-room.ts'
import { type ResolutionMemory, resolve } from '../state-resolution.ts'
import { StateArena } from '../state-vector.ts'
import { type ReferenceEvent, type ReferenceState, stateKey, stateKeyOf } from './state-resolution.reference.ts'

export class ResolvableRoom implements StateResolutionRoom {
  readonly arena = new StateArena()
  readonly dag = new AuthDag()
  readonly rules: RoomVersionRules
  readonly #slots = new Map<string, number>()
  readonly #keys: string[] = []
  readonly #nids = new Map<string, number>()
  readonly #ids: string[] = ['']
  readonly #events = new Map<number, AuthEvent>()

  constructor(rules: RoomVersionRules, events: readonly ReferenceEvent[] = []) {
    this.rules = rules
    for (const event of events) this.add(event)
  }

  /** Takes an event in, whether or not those it cites are here. */
  add(event: ReferenceEvent): void {
    const nid = this.nidOf(event.eventId)
    this.#events.set(nid, event)
    const flags = authFlagsOf(event)
    const { originServerTs, depth } = event
    const row = { nid, slot: this.#slot(stateKeyOf(event)), originServerTs, depth, flags }
    this.dag.append(
      row,
      event.authEvents.map((id) => this.nidOf(id)),
    )
  }

  event(nid: number): AuthEvent | undefined {
    return this.#events.get(nid)
  }

  slotOf(type: string, key: string): number | undefined {
    return this.#slots.get(stateKey(type, key))
  }

  nidOf(eventId: string): number {
    let nid = this.#nids.get(eventId)
    if (nid === undefined) this.#nids.set(eventId, (nid = this.#ids.push(eventId) - 1))
    return nid
  }

  idOf(nid: number): string {
    return this.#ids[nid]!
  }

  rootOf(state: ReferenceState): number {
    const changes = [...state].map(([key, id]) => [this.#slot(key), this.nidOf(id)] as const)
    return this.arena.setAll(this.arena.empty, changes)
  }

  stateOf(root: number): ReferenceState {
    const state = new Map<string, string>()
    this.arena.entries(root, (slot, nid) => void state.set(this.#keys[slot]!, this.idOf(nid)))
    return state
  }

  /** The resolution of these states. Every event of the room is loaded. */
  resolve(states: readonly ReferenceState[], memory?: ResolutionMemory): ReferenceState {
    const roots = states.map((state) => this.rootOf(state))
    const resolution = resolve(roots, this, memory)
    if ('missing' in resolution)
      throw new Error(`Not loaded: ${resolution.missing.map((nid) => this.idOf(nid)).join()}`)
    return this.stateOf(resolution.root)
  }

  #slot(key: string): number {
    let slot = this.#slots.get(key)
    if (slot === undefined) this.#slots.set(key, (slot = this.#keys.push(key) - 1))
    return slot
  }
}
