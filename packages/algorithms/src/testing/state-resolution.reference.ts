// State resolution as the specification words it, on maps and sets, without a thought of speed.
// What the fast one is compared with. https://spec.matrix.org/v1.19/rooms/v2/#state-resolution
import { hash } from 'node:crypto'
import { isPowerEvent } from '../auth-dag.ts'
import { authorize } from '../auth.ts'
import type { AuthEvent } from '../event.ts'
import { powerLevels } from '../power-levels.ts'
import { creatorsOf } from '../room-creators.ts'
import type { RoomVersionRules } from '../room-version.ts'

export interface ReferenceEvent extends AuthEvent {
  readonly authEvents: readonly string[]
  readonly originServerTs: number
  readonly depth: number
}
/** (type, state_key) in one string → event id. */
export type ReferenceState = ReadonlyMap<string, string>

export const stateKey = (type: string, key: string | undefined): string => `${type} ${key ?? ''}`
export const stateKeyOf = (event: AuthEvent): string => stateKey(event.type, event.stateKey)

/** The resolution of `states` in a room of which `events` are known by id. */
export class ReferenceResolver {
  readonly #events: ReadonlyMap<string, ReferenceEvent>
  readonly #rules: RoomVersionRules
  readonly #create: ReferenceEvent | undefined

  constructor(events: ReadonlyMap<string, ReferenceEvent>, rules: RoomVersionRules) {
    this.#events = events
    this.#rules = rules
    this.#create = [...events.values()].find(({ type }) => type === 'm.room.create')
  }

  resolve(states: readonly ReferenceState[]): ReferenceState {
    if (states.length === 0) return new Map()
    return this.#rules.stateResolution === 'v1' ? this.#resolveV1(states) : this.#resolveV2(states)
  }

  #resolveV2(states: readonly ReferenceState[]): ReferenceState {
    const isV2_1 = this.#rules.stateResolution === 'v2.1'
    const { unconflicted } = this.split(states)
    const full = this.fullConflictedSet(states)
    const power = [...full].filter((id) => isPowerEvent(this.#get(id)))
    const chosen = new Set(power)
    for (const id of power) for (const ancestor of this.authChain([id])) if (full.has(ancestor)) chosen.add(ancestor)
    const partial = this.#iterativeAuthChecks(isV2_1 ? new Map() : unconflicted, this.powerOrdering(chosen))
    const rest = [...full].filter((id) => !chosen.has(id))
    const base = partial.get(stateKey('m.room.power_levels', ''))
    const resolved = new Map(this.#iterativeAuthChecks(partial, this.mainlineOrdering(rest, base)))
    for (const [key, id] of unconflicted) resolved.set(key, id)
    return resolved
  }

  /** The unconflicted state map and the conflicted state set. */
  split(states: readonly ReferenceState[]): { unconflicted: ReferenceState; conflicted: ReadonlySet<string> } {
    const unconflicted = new Map<string, string>()
    const conflicted = new Set<string>()
    for (const [key, id] of states.flatMap((state) => [...state])) {
      if (states.every((state) => state.get(key) === id)) unconflicted.set(key, id)
      else conflicted.add(id)
    }
    return { unconflicted, conflicted }
  }

  /** All events reachable by following `auth_events` from these, which are not included unless reached. */
  authChain(ids: Iterable<string>): ReadonlySet<string> {
    const chain = new Set<string>()
    const visit = (id: string): void => {
      for (const cited of this.#cited(id)) {
        if (chain.has(cited)) continue
        chain.add(cited)
        visit(cited)
      }
    }
    for (const id of ids) visit(id)
    return chain
  }

  fullConflictedSet(states: readonly ReferenceState[]): ReadonlySet<string> {
    const { conflicted } = this.split(states)
    const chains = states.map((state) => this.authChain(state.values()))
    const union = new Set(chains.flatMap((chain) => [...chain]))
    const difference = [...union].filter((id) => !chains.every((chain) => chain.has(id)))
    const subgraph = this.#rules.stateResolution === 'v2.1' ? this.conflictedSubgraph(conflicted) : []
    return new Set([...conflicted, ...difference, ...subgraph])
  }

  /** Every event that some conflicted event reaches and that reaches some conflicted event, these included. */
  conflictedSubgraph(conflicted: ReadonlySet<string>): string[] {
    const reaches = (id: string) => conflicted.has(id) || [...this.authChain([id])].some((each) => conflicted.has(each))
    return [...new Set([...conflicted, ...this.authChain(conflicted)])].filter(reaches)
  }

  powerOrdering(ids: ReadonlySet<string>): string[] {
    const ordered: string[] = []
    const left = new Set(ids)
    while (left.size > 0) {
      const candidates = [...left].filter((id) => this.#cited(id).every((cited) => !left.has(cited)))
      const [smallest] = candidates.toSorted(
        (x, y) =>
          compare(this.senderPower(y), this.senderPower(x)) ||
          compare(this.#get(x).originServerTs, this.#get(y).originServerTs) ||
          compare(x, y),
      )
      ordered.push(smallest!)
      left.delete(smallest!)
    }
    return ordered
  }

  /** The power level of an event's sender "when looking at their respective `auth_event`s". */
  senderPower(id: string): number {
    const event = this.#get(id)
    const cited = this.#cited(id).map((each) => this.#get(each))
    const create = this.#rules.roomIdIsCreateHash ? this.#create : cited.find(({ type }) => type === 'm.room.create')
    const levels = cited.find((each) => stateKeyOf(each) === stateKey('m.room.power_levels', ''))
    const creators = create ? creatorsOf(create, this.#rules) : []
    return powerLevels(levels?.content, { rules: this.#rules, creators }).of(event.sender)
  }

  mainlineOrdering(ids: readonly string[], base: string | undefined): string[] {
    const mainline = base === undefined ? [] : [base, ...this.#powerLevelsBehind(base)]
    const position = (id: string): number => {
      const meeting = this.#powerLevelsBehind(id).find((each) => mainline.includes(each))
      return meeting === undefined ? Infinity : mainline.indexOf(meeting)
    }
    return ids.toSorted(
      (x, y) =>
        compare(position(y), position(x)) ||
        compare(this.#get(x).originServerTs, this.#get(y).originServerTs) ||
        compare(x, y),
    )
  }

  #powerLevelsBehind(id: string): string[] {
    const next = this.#cited(id).find((cited) => stateKeyOf(this.#get(cited)) === stateKey('m.room.power_levels', ''))
    return next === undefined ? [] : [next, ...this.#powerLevelsBehind(next)]
  }

  #iterativeAuthChecks(initial: ReferenceState, ids: readonly string[]): ReferenceState {
    const state = new Map(initial)
    for (const id of ids) {
      const cited = this.#cited(id).map((each) => this.#get(each))
      const implied = this.#rules.roomIdIsCreateHash && this.#create ? [this.#create] : []
      const usable = [...cited.filter(({ rejected }) => rejected !== true), ...implied]
      const lookUp = (type: string, key: string) => {
        const inState = state.get(stateKey(type, key))
        return inState === undefined
          ? usable.find((each) => stateKeyOf(each) === stateKey(type, key))
          : this.#get(inState)
      }
      const event = this.#get(id)
      if (authorize(event, lookUp, this.#rules) === undefined) state.set(stateKeyOf(event), id)
    }
    return state
  }

  #resolveV1(states: readonly ReferenceState[]): ReferenceState {
    const resolved = new Map<string, string>()
    const conflicts = new Map<string, string[]>()
    for (const key of new Set(states.flatMap((state) => [...state.keys()]))) {
      const ids = [...new Set(states.flatMap((state) => state.get(key) ?? []))]
      if (ids.length === 1) resolved.set(key, ids[0]!)
      else
        conflicts.set(
          key,
          ids.toSorted((x, y) => this.#compareV1(x, y)),
        )
    }
    for (const type of ['m.room.power_levels', 'm.room.join_rules', 'm.room.member']) {
      const ofType = [...conflicts].filter(([, ids]) => this.#get(ids[0]!).type === type)
      const winners = ofType.map(([key, ids]) => [key, this.#lastAllowed(key, ids, resolved)] as const)
      for (const [key, id] of winners) {
        resolved.set(key, id)
        conflicts.delete(key)
      }
    }
    for (const [key, ids] of conflicts) {
      const winner = ids.toReversed().find((id) => this.#isAllowedIn(resolved, id))
      if (winner !== undefined) conflicts.set(key, [winner])
      else conflicts.delete(key)
    }
    return new Map([...resolved, ...[...conflicts].map(([key, ids]) => [key, ids[0]!] as const)])
  }

  #lastAllowed(key: string, ids: readonly string[], state: ReferenceState): string {
    let last = ids[0]!
    for (const id of ids.slice(1)) {
      if (!this.#isAllowedIn(new Map([...state, [key, last]]), id)) return last
      last = id
    }
    return last
  }

  #isAllowedIn(state: ReferenceState, id: string): boolean {
    const lookUp = (type: string, key: string) => {
      const found = state.get(stateKey(type, key))
      return found === undefined ? undefined : this.#get(found)
    }
    return authorize(this.#get(id), lookUp, this.#rules) === undefined
  }

  #compareV1(x: string, y: string): number {
    return compare(this.#get(x).depth, this.#get(y).depth) || compare(hash('sha1', y), hash('sha1', x))
  }

  #cited(id: string): string[] {
    return [...new Set(this.#get(id).authEvents)].filter((cited) => this.#events.has(cited))
  }

  #get(id: string): ReferenceEvent {
    const event = this.#events.get(id)
    if (!event) throw new Error(`Event ${id} is not known`)
    return event
  }
}

function compare<T extends string | number>(a: T, b: T): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
