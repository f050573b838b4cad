// Events that stand beside the timeline, each with the state after it, which says who may see them: what a reader names, and
// what leads up to it.
import { placeEvent } from '../store/events.ts'
import { adoptReplies } from '../store/threads.ts'
import { judge } from './admit.ts'
import type { RoomsContext } from './context.ts'
import type { StateBefore } from './dag-state.ts'
import type { HotRoom } from './hot-room.ts'
import { countsAsRejected, eventFlag, RoomEvent } from './room-event.ts'
import { type StatePlace, storeState } from './state-change.ts'

/** Whether it stands there, and the state after it is stored. */
export const standsBeside = ({ flags, snapshot, ord }: RoomEvent): boolean =>
  (flags & eventFlag.outlier) !== 0 && !countsAsRejected(flags) && ord === undefined && snapshot !== 0

export interface Standing {
  /** As it is stored. */
  readonly event: RoomEvent
  readonly before: StateBefore
  /** Others that are here relate to it. */
  readonly isRelated: boolean
}

/** The state after it, and when that is durable; undefined if the state before it does not allow it. Within `inOrder`. */
export async function standBeside(
  context: RoomsContext,
  room: HotRoom,
  { event, before, isRelated }: Standing,
): Promise<{ readonly after: StatePlace; readonly durable: Promise<unknown> } | undefined> {
  if (countsAsRejected(event.flags) || (await judge(room, event.authEvent, before.root)) !== undefined) return undefined
  const lastSlot = event.stateKey === undefined ? undefined : room.slotOf(event.type, event.stateKey)
  const to = lastSlot === undefined ? before.root : room.arena.set(before.root, lastSlot, event.nid)
  let after: StatePlace = before.near
  const durable = context.store.write((w) => {
    after = storeState(context, w, room, { from: before.near, to, lastSlot, before: before.root })
    const done = beside(event, { snapshot: after.snapshot, isRelated })
    placeEvent(w, done)
    if (isRelated) adoptReplies(w, { rootNid: event.nid, roomNid: room.nid, rootId: event.eventId })
    room.replaceHeld(done)
  })
  return { after, durable }
}

const beside = (
  event: RoomEvent,
  { snapshot, isRelated }: { readonly snapshot: number; readonly isRelated: boolean },
): RoomEvent =>
  new RoomEvent({
    ...{ nid: event.nid, roomId: event.roomId, eventId: event.eventId, senderNid: event.senderNid },
    ...{ depth: event.depth, ts: event.ts, json: event.json, redactedBy: event.redactedBy },
    ...{ ord: undefined, snapshot, notifyCount: 0, highlightCount: 0 },
    flags: event.flags | (isRelated ? eventFlag.related : 0),
  })
