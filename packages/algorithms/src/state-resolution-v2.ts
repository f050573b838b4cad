// State resolution v2 and v2.1, applied to the difference between the states only, and to what is new in it.
// https://spec.matrix.org/v1.19/rooms/v2/#state-resolution and https://spec.matrix.org/v1.19/rooms/v12/#state-resolution
import type { AuthGraph } from './auth-dag-columns.ts'
import { authDifference, conflictedSubgraph, powerEventsAndTheirChains } from './auth-dag-walks.ts'
import {
  type PastResolution,
  pastOf,
  type ResolutionInput,
  type Resolved,
  resolveFollowing,
  unconflicted,
} from './following-resolution.ts'
import { ReplayedState } from './iterative-auth.ts'
import { mainlineOrdering } from './mainline-ordering.ts'
import { reverseTopologicalPowerOrdering } from './power-ordering.ts'
import { SenderPower } from './sender-power.ts'
import { type Conflicts, StateMembership, eventsInConflict } from './state-conflicts.ts'
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

/** How it is resolved: by which rules, and where the last resolution is remembered. */
export interface V2Options {
  readonly variant: V2Variant
  readonly memory?: { last: PastResolution | undefined } | undefined
}

/** Resolves the states of `roots`, which differ in `conflicts`. */
export function resolveV2(
  room: StateResolutionRoom,
  states: { readonly roots: readonly number[]; readonly conflicts: Conflicts },
  { variant, memory }: V2Options,
): Resolution {
  const graph = room.dag.graph()
  const conflictedSet = findFullConflictedSet(room, states, variant)
  const chosen = powerEventsAndTheirChains(graph, conflictedSet)
  const input = { room, graph, ...states, conflictedSet, chosen, startsEmpty: variant.startsEmpty }
  const following = memory?.last && resolveFollowing(input, memory.last)
  const resolved = following ?? resolveAnew(input)
  if ('missing' in resolved) return resolved
  if (memory) memory.last = pastOf(input, resolved)
  return { root: resolved.root }
}

function resolveAnew(input: ResolutionInput): Resolved | { readonly missing: readonly number[] } {
  const { room, graph, roots, conflicts, conflictedSet, chosen, startsEmpty } = input
  const events = new LoadedEvents(room)
  if (!events.hasAll(nidsToReplay(room, graph, conflictedSet))) return { missing: [...events.missing] }
  const eventId = (local: number) => events.get(graph.nids[local]!)!.eventId

  // 1. Select the power events of the full conflicted set and their auth chains in it, in reverse topological power ordering.
  const senderPower = new SenderPower(room, events)
  const powerEvents = reverseTopologicalPowerOrdering(graph, chosen, {
    senderPower: (local) => senderPower.of(local),
    eventId,
  })
  // 2. Apply the iterative auth checks to them.
  const state = new ReplayedState(room, events, startsEmpty ? () => 0 : (slot) => unconflicted(input, slot))
  state.replay(powerEvents)
  // 3. Order the remaining events by the mainline ordering based on the power level in the partially resolved state.
  const levels = state.find('m.room.power_levels', '')
  const remaining = conflictedSet.filter(without(chosen))
  const others = mainlineOrdering(graph, remaining, { base: room.dag.localOf(levels), eventId })
  // 4. Apply the iterative auth checks to them.
  state.replay(others)
  if (events.missing.size > 0) return { missing: [...events.missing] }
  // 5. Replace any event with the event with the same key from the unconflicted state map.
  const removed = [...conflicts.keys()].map((slot) => [slot, 0] as const)
  const replayed = [...state.changes].filter(([slot]) => unconflicted(input, slot) === 0)
  const root = room.arena.setAll(roots[0] ?? room.arena.empty, new Map([...removed, ...replayed]))
  return { root, powerEvents, levels }
}

/** "The union of the conflicted state set, the conflicted state subgraph, and the auth difference", as local numbers. */
function findFullConflictedSet(
  { arena, dag }: StateResolutionRoom,
  { roots, conflicts }: { readonly roots: readonly number[]; readonly conflicts: Conflicts },
  variant: V2Variant,
): number[] {
  const graph = dag.graph()
  const conflicted: number[] = []
  const rows: { readonly nid: number; readonly nids: Int32Array }[] = []
  for (const nids of conflicts.values()) {
    for (const nid of eventsInConflict(nids)) {
      const local = dag.localOf(nid)
      if (local < 0) throw new Error(`State event ${nid} is not in the auth DAG`)
      conflicted.push(local)
      rows.push({ nid, nids })
    }
  }
  const some = new StateMembership(arena, roots[0] ?? arena.empty)
  const difference = authDifference(graph, {
    count: roots.length,
    conflicted,
    holds: (index, set) => rows[index]!.nids[set] === rows[index]!.nid,
    heldByAll: (local) => some.holds(graph.slots[local]!, graph.nids[local]!),
  })
  const subgraph = variant.conflictedSubgraph ? conflictedSubgraph(graph, conflicted) : []
  return [...new Set([...conflicted, ...difference, ...subgraph])]
}

/** What ordering and replaying will look at for sure. */
function nidsToReplay(room: StateResolutionRoom, graph: AuthGraph, events: readonly number[]): Set<number> {
  const nids = new Set(room.rules.roomIdIsCreateHash && room.dag.create !== 0 ? [room.dag.create] : [])
  for (const local of events) {
    nids.add(graph.nids[local]!)
    for (let at = graph.offsets[local]!; at < graph.offsets[local + 1]!; at++) {
      if (graph.edges[at]! >= 0) nids.add(graph.nids[graph.edges[at]!]!)
    }
  }
  return nids
}

function without(chosen: readonly number[]): (local: number) => boolean {
  const excluded = new Set(chosen)
  return (local) => !excluded.has(local)
}
