// The power level an event's sender had, by the event's own auth events alone.
import { type AuthGraph, authFlags } from './auth-dag-columns.ts'
import type { AuthEvent } from './event.ts'
import { powerLevels } from './power-levels.ts'
import { creatorsOf } from './room-creators.ts'
import type { LoadedEvents, StateResolutionRoom } from './state-resolution-room.ts'

/** Answers for the events of one resolution, each computed once. */
export class SenderPower {
  readonly #room: StateResolutionRoom
  readonly #graph: AuthGraph
  readonly #events: LoadedEvents
  readonly #known = new Map<number, number>()

  constructor(room: StateResolutionRoom, events: LoadedEvents) {
    this.#room = room
    this.#graph = room.dag.graph()
    this.#events = events
  }

  /** The power level of the sender of an event, given by its local number; `Infinity` for privileged creators. */
  of(local: number): number {
    let power = this.#known.get(local)
    if (power === undefined) this.#known.set(local, (power = this.#compute(local)))
    return power
  }

  #compute(local: number): number {
    const event = this.#event(local)
    if (!event) return 0
    const { rules } = this.#room
    const create = this.#create(local)
    const creators = create ? creatorsOf(create, rules) : []
    const levels = this.#graph.plParents[local]!
    const content = levels < 0 ? undefined : this.#event(levels)?.content
    return powerLevels(content, { rules, creators }).of(event.sender)
  }

  /** The create event among the auth events, or the one the room id implies. */
  #create(local: number): AuthEvent | undefined {
    if (this.#room.rules.roomIdIsCreateHash) return this.#events.get(this.#room.dag.create)
    const { offsets, edges, flags } = this.#graph
    for (let at = offsets[local]!; at < offsets[local + 1]!; at++) {
      const cited = edges[at]!
      if (cited >= 0 && flags[cited]! & authFlags.create) return this.#event(cited)
    }
    return undefined
  }

  #event(local: number): AuthEvent | undefined {
    return this.#events.get(this.#graph.nids[local]!)
  }
}
