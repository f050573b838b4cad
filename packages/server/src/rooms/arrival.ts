// How this server came into a room of others: what was said before that is history, and does not come as new.
import { isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { standingOf } from './server-standing.ts'
import { previousIds } from './stored-event.ts'

/**
 * The depth from which on events are part of a conversation that this server follows. What forks off after its arrival, or
 * after the oldest event in memory, is taken in event by event; what is older is history, and would be shown as new.
 */
export function historyFloor(context: RoomsContext, room: HotRoom): number {
  const { depth } = lowestSinceArrival(context, room)
  return Number.isFinite(depth) ? depth : 0
}

/**
 * Whether an event is from before this server came, for all that it is sent only now: nobody here was in the room, and all
 * that is known of the room since is deeper. As a head it would undo, by the resolution of states, what came of the room
 * since, down to the arrival itself.
 */
export async function isFromBeforeArrival(
  context: RoomsContext,
  room: HotRoom,
  { depth, root }: { readonly depth: number; readonly root: number },
): Promise<boolean> {
  const lowest = lowestSinceArrival(context, room)
  if (!lowest.isSinceArrival || depth >= lowest.depth) return false
  return (await standingOf(room, context.serverName, root)).joined === 0
}

/** The lowest depth of the events in memory, from the arrival on if that is among them. */
function lowestSinceArrival(context: RoomsContext, room: HotRoom) {
  let depth = Infinity
  for (const event of room.recent.toReversed()) {
    depth = Math.min(depth, event.depth)
    if (isArrival(context, room, event)) return { depth, isSinceArrival: true }
  }
  return { depth, isSinceArrival: false }
}

/** Whether this server came into the room by the event: what it follows is not here, or as history or part of the state alone. */
const isArrival = (context: RoomsContext, room: HotRoom, { type, stateKey = '', json }: RoomEvent): boolean =>
  type === 'm.room.member' &&
  isLocal(context, stateKey) &&
  previousIds(json).every((eventId) => isApart(room.eventById(eventId)))

const isApart = (event: RoomEvent | undefined): boolean =>
  event === undefined || (event.flags & eventFlag.outlier) !== 0 || (event.ord ?? 0) < 0
