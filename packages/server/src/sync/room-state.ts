// The state section of a room: full or changed, with members loaded lazily when the filter asks for it.
import type { HotRoom } from '../rooms/hot-room.ts'
import type { RoomEvent } from '../rooms/room-event.ts'
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
  /** Users whose member events a lazily loading client needs besides the senders of the timeline. */
  readonly alsoMembers: readonly string[]
  readonly lazyMembers: LazyMembers
  readonly eventsBefore: EventsBefore
}

export interface StateSection {
  /** Nids of the state events, oldest first. */
  readonly nids: readonly number[]
  /** Somebody's membership is not what it was at `since`. */
  readonly membersChanged: boolean
}

const member = 'm.room.member'

/** Changes between two roots: slot → nid at the end; removals are not shown, for events cannot say them. */
type Changed = Map<number, number>

/**
 * "Updates to the state, between the time indicated by the `since` parameter, and the **start** of the `timeline`", or
 * to its end for `state_after`. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
 */
export async function roomState(room: HotRoom, request: StateRequest): Promise<StateSection> {
  const { view, timeline, full, to } = request
  // Where members came late, the room's state at earlier places of the timeline lacks them.
  const isLate = room.completedAt > (timeline.events[0]?.ord ?? Infinity)
  const toEnd = view.stateAfter !== undefined || timeline.events.length === 0 || timeline.hidesState || isLate
  const unchanged = !full && !timeline.limited && !timeline.hidesState && !timeline.events.some(isState)
  const end = await rootAt(room, toEnd ? to : (timeline.events[0]?.ord ?? to + 1) - 1, request.eventsBefore)
  const changed = new Map<number, number>()
  const collect = (slot: number, _: number, nid: number) => void (nid !== 0 && changed.set(slot, nid))
  // Without a gap nothing changed before the timeline, and the timeline itself shows what changed in it.
  if (full) room.arena.diff(room.arena.empty, end, collect)
  else if (timeline.limited || (toEnd && !unchanged))
    room.arena.diff(await rootAt(room, view.since, request.eventsBefore), end, collect)
  const membersChanged = full || timeline.events.some((event) => event.type === member) || hasMember(room, changed)
  if (view.filter.lazyLoadMembers) loadLazily(room, { request, end, changed })
  if (view.stateAfter === undefined) for (const event of timeline.events) removeShown(room, changed, event)
  return { nids: Array.from(changed.values()).toSorted((a, b) => a - b), membersChanged }
}

const isState = (event: RoomEvent) => event.stateKey !== undefined
const hasMember = (room: HotRoom, changed: Changed) => changed.keys().some((slot) => room.slotKey(slot)[0] === member)

function removeShown(room: HotRoom, changed: Changed, event: RoomEvent) {
  if (event.stateKey === undefined) return
  const slot = room.slotOf(event.type, event.stateKey)
  if (slot !== undefined && changed.get(slot) === event.nid) changed.delete(slot)
}

interface LazyLoading {
  readonly request: StateRequest
  readonly end: number
  readonly changed: Changed
}

/**
 * Of all members keep those the timeline needs; add those it needs and the device does not have. In a gap every changed
 * member stays: "the server MUST return membership events for events in the gap … regardless as to whether or not they
 * are redundant". https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
 */
function loadLazily(room: HotRoom, { request, end, changed }: LazyLoading) {
  const { view, timeline, full, lazyMembers } = request
  const own = full ? [view.userId] : []
  const needed = new Set([...timeline.events.map((event) => event.sender), ...request.alsoMembers, ...own])
  const slots = new Set<number>()
  for (const userId of needed) {
    const slot = room.slotOf(member, userId)
    if (slot !== undefined) slots.add(slot)
  }
  if (full)
    for (const slot of changed.keys()) if (room.slotKey(slot)[0] === member && !slots.has(slot)) changed.delete(slot)
  for (const slot of slots) {
    const redundant = !full && lazyMembers.knows(view.deviceNid, room.nid, { slot, since: view.since })
    const nid = room.arena.get(end, slot)
    if (nid !== 0 && (!redundant || view.filter.includeRedundantMembers)) changed.set(slot, nid)
  }
  for (const slot of changed.keys()) if (room.slotKey(slot)[0] === member) slots.add(slot)
  lazyMembers.tell(view.deviceNid, room.nid, { slots, position: view.to })
}
