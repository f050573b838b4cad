// State resolution v2 and v2.1, applied to the difference between the states only, and to what is new in it: while forks
// grow event by event, each resolution has nearly the conflicts of the one before, so that most of its result stands.
// https://spec.matrix.org/v1.19/rooms/v2/#state-resolution and https://spec.matrix.org/v1.19/rooms/v12/#state-resolution
import type { AuthGraph } from './auth-dag-columns.ts'
import { ForkStates } from './fork-states.ts'
import type { SetChanges } from './full-conflicted-set.ts'
import { ReplayedState } from './iterative-auth.ts'
import { mainlineOrdering } from './mainline-ordering.ts'
import { reverseTopologicalPowerOrdering } from './power-ordering.ts'
import { SenderPower } from './sender-power.ts'
import { SlotReads } from './slot-reads.ts'
import { LoadedEvents, type Resolution, type StateResolutionRoom } from './state-resolution-room.ts'

/** What room version 12 changed. */
export interface V2Variant {
  /** The first iterative auth checks start from an empty state instead of the unconflicted state map. */
  readonly startsEmpty: boolean
  /** The full conflicted set includes the conflicted state subgraph. */
  readonly conflictedSubgraph: boolean
}

export const v2: V2Variant = { startsEmpty: false, conflictedSubgraph: false }
export const v2_1: V2Variant = { startsEmpty: true, conflictedSubgraph: true }

/** What a resolution came to. */
interface Resolved {
  readonly root: number
  /** In reverse topological power ordering. */
  readonly powerEvents: readonly number[]
  /** Nid of the power levels event that the mainline is based on. */
  readonly levels: number
  /** What judging the events of the full conflicted set reads. */
  readonly reads: SlotReads
}

type Outcome = Resolved | { readonly missing: readonly number[] }

/** Forks of one room and what they resolve to. */
export class ForkResolution {
  readonly #variant: V2Variant
  readonly #states: ForkStates
  /** What the states came to when they were resolved last. */
  #resolved: Resolved | undefined
  /** They have moved since. */
  #isPending = true

  constructor(room: StateResolutionRoom, root: number, variant: V2Variant) {
    this.#variant = variant
    this.#states = new ForkStates(room, root, variant)
  }

  get bytes(): number {
    return this.#states.bytes
  }

  isUsable(room: StateResolutionRoom): boolean {
    return this.#states.isUsable(room)
  }

  isHeldIn({ arena }: Pick<StateResolutionRoom, 'arena'>): boolean {
    return this.#states.isHeldIn(arena)
  }

  /** Takes what is held over into the arena as it is after `retire`. */
  carry({ arena }: Pick<StateResolutionRoom, 'arena'>): void {
    this.#states.carry()
    const resolved = this.#resolved
    this.#resolved =
      resolved && arena.isHeld(resolved.root) ? { ...resolved, root: arena.current(resolved.root) } : undefined
  }

  /** The resolution of these states, if that is the one that was made last. */
  known(roots: readonly number[], { arena }: StateResolutionRoom): number | undefined {
    if (this.#isPending || !this.#resolved || !arena.isHeld(this.#resolved.root)) return undefined
    return this.#states.areAt(roots) ? arena.current(this.#resolved.root) : undefined
  }

  /** Resolves these states, which are all different. */
  resolve(roots: readonly number[], room: StateResolutionRoom): Resolution {
    this.#isPending = true
    this.#states.moveTo(roots)
    const resolving = new Resolving(room, this.#states, this.#variant)
    const outcome = (this.#resolved && resolving.following(this.#resolved)) ?? resolving.anew()
    if ('missing' in outcome) return outcome
    this.#states.settle()
    this.#isPending = false
    this.#resolved = outcome.reads.isWhole ? outcome : undefined
    return { root: outcome.root }
  }
}

/** One resolution of the states as they are. */
class Resolving {
  readonly #room: StateResolutionRoom
  readonly #states: ForkStates
  readonly #startsEmpty: boolean
  readonly #graph: AuthGraph
  readonly #changes: SetChanges
  readonly #events: LoadedEvents

  constructor(room: StateResolutionRoom, states: ForkStates, { startsEmpty }: V2Variant) {
    this.#room = room
    this.#states = states
    this.#startsEmpty = startsEmpty
    this.#graph = room.dag.graph()
    this.#changes = states.conflictedSet.changes()
    this.#events = new LoadedEvents(room)
  }

  anew(): Outcome {
    const { members } = this.#states.conflictedSet
    if (!this.#events.hasAll(this.#nidsToReplay(members))) return this.#lacking()
    // 1. Select the power events of the full conflicted set and their auth chains in it, in reverse topological power ordering.
    const powerEvents = this.#orderedPowerEvents()
    // 2. Apply the iterative auth checks to them.
    const state = this.#initialState()
    state.replay(powerEvents)
    // 3. Order the remaining events by the mainline ordering based on the power level in the partially resolved state.
    const levels = state.find('m.room.power_levels', '')
    // 4. Apply the iterative auth checks to them.
    state.replay(this.#orderedRest(members, levels))
    if (this.#events.missing.size > 0) return this.#lacking()
    // 5. Replace any event with the event with the same key from the unconflicted state map.
    const removed = [...this.#states.conflictedSlots].map((slot) => [slot, 0] as const)
    const replayed = [...state.changes].filter(([slot]) => this.#states.unconflicted(slot) === 0)
    const root = this.#room.arena.setAll(this.#states.some, new Map([...removed, ...replayed]))
    const reads = new SlotReads()
    for (const local of members) this.#noteReads(reads, local)
    return { root, powerEvents, levels, reads }
  }

  /**
   * The same from the last one: only the slots are replayed that what is new can reach, and those that judging their events
   * reads; the rest is as it was. Undefined if it has to be resolved anew.
   */
  following(last: Resolved): Outcome | undefined {
    const { arena } = this.#room
    const { conflictedSet } = this.#states
    const { reads, levels } = last
    if (!arena.isHeld(last.root) || reads.size > conflictedSet.members.size * 2 + 1_000) return undefined
    const added = [...this.#changes.added]
    if (!this.#events.hasAll(this.#changes.isPowerChanged ? this.#nidsToReplay(added) : this.#nidsOf(added)))
      return this.#lacking()
    for (const local of added) this.#noteReads(reads, local)
    const reached = reads.reachedFrom(this.#states.moved.union(this.#changes.slots))
    const levelsSlot = this.#room.slotOf('m.room.power_levels', '')
    // Then the mainline may be another one.
    if (!reads.isWhole || levelsSlot === undefined || reached.has(levelsSlot)) return undefined
    const slots = reads.neededFor(reached)
    const asked = [...slots].flatMap((slot) => Array.from(conflictedSet.at(slot)))
    if (!this.#events.hasAll(this.#nidsOf(asked))) return this.#lacking()
    const powerEvents = this.#changes.isPowerChanged ? this.#orderedPowerEvents() : last.powerEvents
    if (!areInSameOrder(powerEvents, last.powerEvents)) return undefined
    const state = this.#initialState()
    state.replay(powerEvents.filter((local) => slots.has(this.#graph.slots[local]!)))
    state.replay(this.#orderedRest(asked, levels))
    if (this.#events.missing.size > 0) return this.#lacking()
    const changes = Array.from(
      reached,
      (slot) => [slot, this.#states.unconflicted(slot) || (state.changes.get(slot) ?? 0)] as const,
    )
    return { root: arena.setAll(arena.current(last.root), changes), powerEvents, levels, reads }
  }

  #lacking(): { readonly missing: readonly number[] } {
    return { missing: [...this.#events.missing] }
  }

  #initialState(): ReplayedState {
    const initial = this.#startsEmpty ? () => 0 : (slot: number) => this.#states.unconflicted(slot)
    return new ReplayedState(this.#room, this.#events, initial)
  }

  #orderedPowerEvents(): number[] {
    const senderPower = new SenderPower(this.#room, this.#events)
    return reverseTopologicalPowerOrdering(this.#graph, [...this.#states.conflictedSet.chosen], {
      senderPower: (local) => senderPower.of(local),
      eventId: this.#eventId,
    })
  }

  /** Those that are no power events and in no auth chain of any, in mainline ordering. */
  #orderedRest(locals: Iterable<number>, levels: number): number[] {
    const { chosen } = this.#states.conflictedSet
    const rest = [...locals].filter((local) => !chosen.has(local))
    return mainlineOrdering(this.#graph, rest, { base: this.#room.dag.localOf(levels), eventId: this.#eventId })
  }

  readonly #eventId = (local: number): string => this.#events.get(this.#graph.nids[local]!)?.eventId ?? ''

  #noteReads(reads: SlotReads, local: number): void {
    const event = this.#events.get(this.#graph.nids[local]!)
    if (event) reads.note(this.#room, this.#graph.slots[local]!, event)
  }

  #nidsOf(locals: Iterable<number>): number[] {
    return Array.from(locals, (local) => this.#graph.nids[local]!)
  }

  /** What ordering and replaying will look at for sure. */
  #nidsToReplay(locals: Iterable<number>): Set<number> {
    const { rules, dag } = this.#room
    const { nids, offsets, edges } = this.#graph
    const found = new Set(rules.roomIdIsCreateHash && dag.create !== 0 ? [dag.create] : [])
    for (const local of locals) {
      found.add(nids[local]!)
      for (let at = offsets[local]!; at < offsets[local + 1]!; at++) if (edges[at]! >= 0) found.add(nids[edges[at]!]!)
    }
    return found
  }
}

/** Whether those that are in both lists come in the same order in both. */
function areInSameOrder(one: readonly number[], other: readonly number[]): boolean {
  if (one === other) return true
  const [inOne, inOther] = [new Set(one), new Set(other)]
  const common = other.filter((each) => inOne.has(each))
  return one.filter((each) => inOther.has(each)).every((each, index) => each === common[index])
}
