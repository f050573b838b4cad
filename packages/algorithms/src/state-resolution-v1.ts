// State resolution v1, of room version 1 only. https://spec.matrix.org/v1.19/rooms/v1/#state-resolution
import { hash } from 'node:crypto'
import { authorize } from './auth.ts'
import type { AuthEvent } from './event.ts'
import { type Conflicts, eventsInConflict } from './state-conflicts.ts'
import { LoadedEvents, type Resolution, type StateResolutionRoom } from './state-resolution-room.ts'

/** "First we resolve conflicts between […] power_levels", then join_rules, then member events; "no other events affect the
 * authorisation rules". */
const passes = ['m.room.power_levels', 'm.room.join_rules', 'm.room.member']

interface Candidate {
  readonly nid: number
  readonly event: AuthEvent
  readonly depth: number
  readonly sha1: string
}

/** Resolves the states of `roots`, which differ in `differences`. */
export function resolveV1(
  room: StateResolutionRoom,
  { roots, conflicts: differences }: { readonly roots: readonly number[]; readonly conflicts: Conflicts },
): Resolution {
  const events = new LoadedEvents(room)
  const [someRoot = room.arena.empty] = roots
  // "Start by setting R to the union of the states to be resolved, excluding any *conflicting* events."
  const changes = new Map<number, number>()
  const conflicts = new Map<number, Candidate[]>()
  for (const [slot, nids] of differences) {
    const candidates = eventsInConflict(nids)
    changes.set(slot, candidates.length === 1 ? candidates[0]! : 0)
    if (candidates.length > 1 && events.hasAll(candidates)) conflicts.set(slot, candidatesOf(room, events, candidates))
  }
  if (events.missing.size > 0) return { missing: [...events.missing] }

  const isAllowed = (event: AuthEvent, at?: { readonly slot: number; readonly nid: number }): boolean => {
    const state = (type: string, stateKey: string) => {
      const slot = room.slotOf(type, stateKey)
      if (slot === undefined) return undefined
      const nid = slot === at?.slot ? at.nid : (changes.get(slot) ?? room.arena.get(someRoot, slot))
      return nid === 0 ? undefined : events.get(nid)
    }
    return authorize(event, state, room.rules) === undefined
  }
  for (const type of passes) {
    const ofType = [...conflicts].filter(([, [first]]) => first?.event.type === type)
    const chosen = ofType.map(([slot, candidates]) => [slot, lastAllowed(slot, candidates, isAllowed)] as const)
    for (const [slot, nid] of chosen) changes.set(slot, nid)
  }
  // "…for all other conflicts, just pick the event with the highest depth and lowest sha1(event_id) that passes
  // authentication in R and add it to R."
  const others = [...conflicts].filter(([, [first]]) => !passes.includes(first!.event.type))
  for (const [slot, candidates] of others) {
    changes.set(slot, candidates.findLast(({ event }) => isAllowed(event))?.nid ?? 0)
  }
  return events.missing.size > 0 ? { missing: [...events.missing] } : { root: room.arena.setAll(someRoot, changes) }
}

/** "Sort the list by ascending `depth` then descending `sha1(event_id)`." */
function candidatesOf(room: StateResolutionRoom, events: LoadedEvents, nids: readonly number[]): Candidate[] {
  const { depths } = room.dag.graph()
  return nids
    .map((nid): Candidate => {
      const event = events.get(nid)!
      return { nid, event, depth: depths[room.dag.localOf(nid)] ?? 0, sha1: hash('sha1', event.eventId) }
    })
    .toSorted((a, b) => a.depth - b.depth || (a.sha1 > b.sha1 ? -1 : 1))
}

/**
 * "Add the first event in the list to R. For each subsequent event in the list, check that the event would be allowed by the
 * authorisation rules for a room in state R. If the event would be allowed, then update R with the event and continue […]. If
 * it would not be allowed, stop".
 */
function lastAllowed(
  slot: number,
  candidates: readonly Candidate[],
  isAllowed: (event: AuthEvent, at: { readonly slot: number; readonly nid: number }) => boolean,
): number {
  let { nid } = candidates[0]!
  for (const candidate of candidates.slice(1)) {
    if (!isAllowed(candidate.event, { slot, nid })) break
    nid = candidate.nid
  }
  return nid
}
