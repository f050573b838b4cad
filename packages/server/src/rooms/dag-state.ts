// States in the event graph: after an event, and before one that follows others. The state a room has is the one after
// its heads; for events that came in while the room was elsewhere the two differ.
import { forkState } from '../store/forks.ts'
import { resolveStates } from './auth-graph.ts'
import type { RoomsContext } from './context.ts'
import type { Head, HotRoom } from './hot-room.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import type { StatePlace } from './state-change.ts'

/** The state after an event that is no outlier. */
export async function stateAfter(context: RoomsContext, room: HotRoom, event: RoomEvent): Promise<StatePlace> {
  const snapshot = await snapshotAfter(context, room, event)
  await room.loadRoots([snapshot])
  return { root: room.rootOf(snapshot) ?? room.arena.empty, snapshot }
}

/** The roots of the states after heads of the room. Reads nothing of those that came while it was hot. */
export async function rootsAfter(context: RoomsContext, room: HotRoom, heads: readonly Head[]): Promise<number[]> {
  const snapshots: number[] = []
  for (const { nid, after } of heads) {
    const [event] = after === undefined ? await room.events([nid]) : []
    const snapshot = event ? await snapshotAfter(context, room, event) : (room.forks.get(nid) ?? after)
    if (snapshot !== undefined) snapshots.push(snapshot)
  }
  await room.loadRoots(snapshots)
  return snapshots.map((snapshot) => room.rootOf(snapshot) ?? room.arena.empty)
}

async function snapshotAfter(context: RoomsContext, room: HotRoom, event: RoomEvent): Promise<number> {
  if ((event.flags & eventFlag.forked) === 0) return event.snapshot
  return room.forks.get(event.nid) ?? (await forkState(context.store.read, event.nid)) ?? event.snapshot
}

/** The state before an event that follows these; `near` is a stored state that differs little from it. */
export interface StateBefore {
  readonly root: number
  readonly near: StatePlace
}

/** The state before an event whose previous events are known and no outliers. Reads nothing when they are the heads. */
export async function stateBefore(
  context: RoomsContext,
  room: HotRoom,
  previous: readonly RoomEvent[],
): Promise<StateBefore> {
  const here = { root: room.root, snapshot: room.snapshot }
  if (isHeads(room, previous)) return { root: room.root, near: here }
  const places: StatePlace[] = []
  for (const event of previous) places.push(await stateAfter(context, room, event))
  const [near = here] = places
  return { root: await resolveStates(context, room, { roots: places.map(({ root }) => root) }), near }
}

const isHeads = (room: HotRoom, previous: readonly RoomEvent[]) =>
  room.heads.length === previous.length && room.heads.every(({ nid }) => previous.some((event) => event.nid === nid))

/** The state before a stored event: what `/state_ids` is asked for. */
export async function rootBeforeEvent(context: RoomsContext, room: HotRoom, event: RoomEvent): Promise<number> {
  const after = await stateAfter(context, room, event)
  const slot = event.stateKey === undefined ? undefined : room.slotOf(event.type, event.stateKey)
  // Messages, and events that were rejected, change nothing.
  return slot === undefined || room.arena.get(after.root, slot) !== event.nid
    ? after.root
    : room.rootBefore(after.snapshot)
}
