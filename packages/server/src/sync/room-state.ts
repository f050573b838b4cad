// The state section of a room: full or changed, with members loaded lazily when the filter asks for it.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { LazyMembers } from './lazy-members.ts'
import { rootAt } from './past-state.ts'
import type { EventsBefore, Timeline } from './timeline.ts'
import type { View } from './view.ts'

export interface StateRequest {
  readonly view: View
  readonly timeline: Timeline
  /** The place in the timeline at which the section ends: `view.to`, or the user's leave. */
  readonly to: number
  /** The client knows nothing of the room: give all state. */
  readonly full: boolean
  /** Users whose member events a lazily loading client needs besides the senders of the timeline; asked if members changed. */
  readonly alsoMembers: () => Promise<readonly string[]>
  readonly lazyMembers: LazyMembers
  readonly eventsBefore: EventsBefore
}

const member = 'm.room.member'

/** Changes between two roots: slot → nid at the end; removals are not shown, for events cannot say them. */
type Changed = Map<number, number>

/**
 * "Updates to the state, between the time indicated by the `since` parameter, and the **start** of the `timeline`", or
 * to its end for `state_after`: nids of the state events, oldest first.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
 */
export async function roomState(room: HotRoom, request: StateRequest): Promise<readonly number[]> {
  const { view, timeline, full, to } = request
  const before = full ? room.arena.empty : await rootAt(room, view.since, request.eventsBefore)
  const after = await rootAt(room, to, request.eventsBefore)
  const first = view.stateAfter === undefined ? timeline.events[0]?.ord : undefined
  const end = first === undefined ? after : await rootAt(room, first - 1, request.eventsBefore)
  const changed: Changed = new Map()
  room.arena.diff(before, end, (slot, _, nid) => void (nid !== 0 && changed.set(slot, nid)))
  if (view.stateAfter === undefined) untold(room, { timeline, changed, end, after })
  const membersChanged = full || timeline.events.some((event) => event.type === member) || hasMember(room, changed)
  const alsoMembers = membersChanged ? await request.alsoMembers() : []
  if (view.filter.lazyLoadMembers) loadLazily(room, { request, end, changed, alsoMembers })
  return Array.from(changed.values()).toSorted((a, b) => a - b)
}

const hasMember = (room: HotRoom, changed: Changed) => changed.keys().some((slot) => room.slotKey(slot)[0] === member)

interface Untold {
  readonly timeline: Timeline
  readonly changed: Changed
  readonly end: number
  readonly after: number
}

/**
 * Adds what changes within the timeline without an event there that says so: one that joins forks moves the state, a
 * filter hides some, members come late. Leaves out what the timeline shows.
 */
function untold(room: HotRoom, { timeline, changed, end, after }: Untold) {
  const shown = new Map<number | undefined, Set<number>>()
  for (const { stateKey, type, nid } of timeline.events) {
    if (stateKey === undefined) continue
    const slot = room.slotOf(type, stateKey)
    shown.set(slot, (shown.get(slot) ?? new Set()).add(nid))
  }
  // Where the timeline has another event of the slot, clients take that one, whatever is said before it.
  room.arena.diff(end, after, (slot, _, nid) => void (nid !== 0 && !shown.has(slot) && changed.set(slot, nid)))
  for (const [slot, nids] of shown) if (slot !== undefined && nids.has(changed.get(slot) ?? 0)) changed.delete(slot)
}

interface LazyLoading {
  readonly request: StateRequest
  readonly end: number
  readonly changed: Changed
  readonly alsoMembers: readonly string[]
}

/**
 * Of all members keep those the timeline needs; add those it needs and the device does not have. In a gap every changed
 * member stays: "the server MUST return membership events for events in the gap … regardless as to whether or not they
 * are redundant". https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
 */
function loadLazily(room: HotRoom, { request, end, changed, alsoMembers }: LazyLoading) {
  const { view, timeline, full, lazyMembers } = request
  const own = full ? [view.userId] : []
  const needed = new Set([...timeline.events.map((event) => event.sender), ...alsoMembers, ...own])
  const slots = new Set<number>()
  for (const userId of needed) {
    const slot = room.slotOf(member, userId)
    if (slot !== undefined) slots.add(slot)
  }
  if (full)
    for (const slot of changed.keys()) if (room.slotKey(slot)[0] === member && !slots.has(slot)) changed.delete(slot)
  for (const slot of slots) {
    if (changed.has(slot)) continue
    const redundant = !full && lazyMembers.knows(view.deviceNid, room.nid, { slot, since: view.since })
    const nid = room.arena.get(end, slot)
    if (nid !== 0 && (!redundant || view.filter.includeRedundantMembers)) changed.set(slot, nid)
  }
  for (const slot of changed.keys()) if (room.slotKey(slot)[0] === member) slots.add(slot)
  lazyMembers.tell(view.deviceNid, room.nid, { slots, position: view.to })
}
