// A resolution that follows another: while forks grow event by event, each resolution has nearly the conflicts of the one
// before. Only the slots are replayed that what is new can reach, and those that judging their events reads; the rest is as
// it was. Exactly what resolving anew gives, or nothing where that is not certain.
import type { AuthGraph } from './auth-dag-columns.ts'
import { ReplayedState } from './iterative-auth.ts'
import { mainlineOrdering } from './mainline-ordering.ts'
import { SlotReads } from './slot-reads.ts'
import type { Conflicts } from './state-conflicts.ts'
import { LoadedEvents, type StateResolutionRoom } from './state-resolution-room.ts'

/** What is resolved. */
export interface ResolutionInput {
  readonly room: StateResolutionRoom
  readonly graph: AuthGraph
  readonly roots: readonly number[]
  readonly conflicts: Conflicts
  /** The full conflicted set, local numbers. */
  readonly conflictedSet: readonly number[]
  /** The power events of it and their auth chains in it. */
  readonly chosen: readonly number[]
  /** Replaying starts from an empty state instead of the unconflicted state map. */
  readonly startsEmpty: boolean
}

/** What a resolution leaves for the one that follows it. States by set hash, so it outlives compacted arenas. */
export interface PastResolution {
  /** Revision of the auth DAG: the local numbers hold for this one. */
  readonly revision: number
  readonly hashes: ReadonlySet<string>
  readonly resolvedHash: string
  readonly conflicts: Conflicts
  readonly conflictedSet: ReadonlySet<number>
  /** In reverse topological power ordering. */
  readonly powerEvents: readonly number[]
  /** Nid of the power levels event that the mainline was based on. */
  readonly levels: number
  readonly reads: SlotReads
}

/** What it came to. */
export interface Resolved {
  readonly root: number
  readonly powerEvents: readonly number[]
  readonly levels: number
  /** What the past resolution knew, where this one followed it. */
  readonly reads?: SlotReads
}

/** The resolution as the next one needs it; undefined where nothing can follow it. */
export function pastOf(input: ResolutionInput, resolved: Resolved): PastResolution | undefined {
  const { room, roots, conflicts, conflictedSet } = input
  const { powerEvents, levels, root, reads = readsOf(input) } = resolved
  if (!reads.isWhole) return undefined
  return {
    revision: room.dag.revision,
    hashes: new Set(roots.map((each) => room.arena.hash(each))),
    resolvedHash: room.arena.hash(root),
    conflicts,
    conflictedSet: new Set(conflictedSet),
    ...{ powerEvents, levels, reads },
  }
}

function readsOf({ room, graph, conflictedSet }: ResolutionInput): SlotReads {
  const reads = new SlotReads()
  for (const local of conflictedSet) {
    const event = room.event(graph.nids[local]!)
    if (event) reads.note(room, graph.slots[local]!, event)
  }
  return reads
}

/** The state, or what is missing for it; undefined if it has to be resolved anew. */
export function resolveFollowing(
  input: ResolutionInput,
  past: PastResolution,
): Resolved | { readonly missing: readonly number[] } | undefined {
  const before = comparable(input, past)
  if (before === undefined) return undefined
  const { room, graph } = input
  const events = new LoadedEvents(room)
  const { added, slots } = changesSince(input, past)
  if (!events.hasAll(added.map((local) => graph.nids[local]!))) return { missing: [...events.missing] }
  const { reads, powerEvents, levels } = past
  for (const local of added) reads.note(room, graph.slots[local]!, events.get(graph.nids[local]!)!)
  const reached = reads.reachedFrom(slots)
  // Then the mainline may be another one.
  const levelsSlot = room.slotOf('m.room.power_levels', '')
  if (!reads.isWhole || levelsSlot === undefined || reached.has(levelsSlot)) return undefined
  const state = replaySlots(input, { slots: reads.neededFor(reached), powerEvents, levels, events })
  if (events.missing.size > 0) return { missing: [...events.missing] }
  const changes = Array.from(
    reached,
    (slot) => [slot, unconflicted(input, slot) || (state.changes.get(slot) ?? 0)] as const,
  )
  return { root: room.arena.setAll(before, changes), powerEvents, levels, reads }
}

/** The nid that all states have at a slot; 0 where they differ or have none. */
export function unconflicted({ room, roots, conflicts }: ResolutionInput, slot: number): number {
  return conflicts.has(slot) ? 0 : room.arena.get(roots[0] ?? room.arena.empty, slot)
}

/** The root that the past resolution came to, where one can go on from it. */
function comparable({ room, roots, chosen, conflictedSet }: ResolutionInput, past: PastResolution): number | undefined {
  const { arena, dag } = room
  if (past.revision !== dag.revision || past.reads.size > conflictedSet.length * 2 + 1_000) return undefined
  // What neither had conflicts about is as in the state they share.
  if (!roots.some((root) => past.hashes.has(arena.hash(root)))) return undefined
  const known = new Set(past.powerEvents)
  if (known.size !== chosen.length || !chosen.every((local) => known.has(local))) return undefined
  return arena.find(past.resolvedHash)
}

/** Events that are new in the full conflicted set, and the slots at which anything is different. */
function changesSince(
  { graph, conflicts, conflictedSet }: ResolutionInput,
  past: PastResolution,
): { readonly added: readonly number[]; readonly slots: ReadonlySet<number> } {
  const slots = new Set<number>()
  for (const slot of conflicts.keys()) if (!past.conflicts.has(slot)) slots.add(slot)
  for (const slot of past.conflicts.keys()) if (!conflicts.has(slot)) slots.add(slot)
  const added = conflictedSet.filter((local) => !past.conflictedSet.has(local))
  for (const local of added) slots.add(graph.slots[local]!)
  if (conflictedSet.length - added.length < past.conflictedSet.size) {
    const now = new Set(conflictedSet)
    for (const local of past.conflictedSet) if (!now.has(local)) slots.add(graph.slots[local]!)
  }
  return { added, slots }
}

interface Replaying {
  readonly slots: ReadonlySet<number>
  readonly powerEvents: readonly number[]
  readonly levels: number
  readonly events: LoadedEvents
}

/** Replays the events at some slots, which read no others. */
function replaySlots(input: ResolutionInput, { slots, powerEvents, levels, events }: Replaying): ReplayedState {
  const { room, graph, conflictedSet } = input
  const isAsked = (local: number) => slots.has(graph.slots[local]!)
  const power = new Set(powerEvents)
  const remaining = conflictedSet.filter((local) => isAsked(local) && !power.has(local))
  const initial = input.startsEmpty ? () => 0 : (slot: number) => unconflicted(input, slot)
  const state = new ReplayedState(room, events, initial)
  if (!events.hasAll(remaining.map((local) => graph.nids[local]!))) return state
  state.replay(powerEvents.filter(isAsked))
  const eventId = (local: number) => events.get(graph.nids[local]!)!.eventId
  state.replay(mainlineOrdering(graph, remaining, { base: room.dag.localOf(levels), eventId }))
  return state
}
