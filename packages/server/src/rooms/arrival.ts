// How this server came into a room of others: what was said before that is history, and does not come as new.
import type { AuthEvent } from '@myelin/algorithms/event'
import { membershipsLookedBackMax } from '../federation-limits.ts'
import { isLivePlace } from '../store/places.ts'
import { citedIds } from './auth-chain.ts'
import { isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { membershipIn } from './member-event.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { findEvent, previousIds } from './stored-event.ts'

/**
 * The depth from which on events are part of a conversation that this server follows. What forks off after its arrival, or
 * after the oldest event in memory, is taken in event by event; what is older is history, and would be shown as new.
 */
export function historyFloor(context: RoomsContext, room: HotRoom): number {
  const { depth } = lowestSinceArrival(context, room)
  return Number.isFinite(depth) ? depth : 0
}

/** An event that may come late. */
interface Late {
  readonly depth: number
  /** Root of the state before it. */
  readonly root: number
  readonly authEvent: AuthEvent
  /** The event where it is here already, as part of a state. */
  readonly known: RoomEvent | undefined
}

/**
 * Whether an event takes a user out who is in the room as those know it who let this server in: it may do so for all others.
 * What led up to the user's join was given with the state, so that what is not here they did not know; what is here, as part
 * of some state, they knew if the join leads back to it.
 */
async function isNewRemoval(context: RoomsContext, room: HotRoom, { authEvent, known }: Late): Promise<boolean> {
  const { type, stateKey = '', content } = authEvent
  if (type !== 'm.room.member') return false
  if (content['membership'] !== 'leave' && content['membership'] !== 'ban') return false
  await room.loadState([['m.room.member', stateKey]])
  const join = room.state('m.room.member', stateKey)
  if (!join || membershipIn(join) !== 'join') return false
  return known === undefined || !(await leadsBackTo(context, room, { membership: join, eventId: known.eventId }))
}

/** Whether a membership cites an event, directly or through earlier memberships of its user; so it is said of very many. */
export async function leadsBackTo(
  context: RoomsContext,
  room: HotRoom,
  { membership, eventId }: { readonly membership: RoomEvent; readonly eventId: string },
): Promise<boolean> {
  let earlier: RoomEvent | undefined = membership
  for (let count = 0; earlier && count < membershipsLookedBackMax; count++) {
    const cited = citedIds(earlier.json)
    if (cited.includes(eventId)) return true
    const events = await Promise.all(cited.map((each) => findEvent(context, room, each)))
    earlier = events.find((each) => each?.type === 'm.room.member' && each.stateKey === membership.stateKey)
  }
  return earlier !== undefined
}

/**
 * Whether an event is from before this server came, for all that it is sent only now: all that is known of the room since is
 * deeper, and the state before the event knows nothing of the arrival. As a head it would undo, by the resolution of states,
 * what came of the room since, down to the arrival itself.
 */
export async function isFromBeforeArrival(context: RoomsContext, room: HotRoom, late: Late): Promise<boolean> {
  const { arrival, depth: lowest } = lowestSinceArrival(context, room)
  if (!arrival || late.depth >= lowest) return false
  if ((arrival.flags & eventFlag.gap) === 0 && room.recentAfter > 0) return false
  const nid = room.stateNidAt(late.root, 'm.room.member', arrival.stateKey)
  const [member] = nid === 0 ? [] : await room.events([nid])
  const isBefore = (member?.ord ?? -Infinity) < (arrival.ord ?? 0)
  return isBefore && !(await isNewRemoval(context, room, late))
}

interface SinceArrival {
  /** Undefined if it is not in memory any more. */
  readonly arrival?: RoomEvent
  readonly depth: number
}

/** The lowest depth of the events in memory, from the arrival on if that is among them. */
function lowestSinceArrival(context: RoomsContext, room: HotRoom): SinceArrival {
  let depth = Infinity
  for (const event of room.recent.toReversed()) {
    depth = Math.min(depth, event.depth)
    if (isArrival(context, room, event)) return { depth, arrival: event }
  }
  return { depth }
}

/**
 * Whether this server came into the room by the event: what it follows is not here, or as history or part of the state
 * alone. What is older than the events in memory may be here all the same.
 */
const isArrival = (context: RoomsContext, room: HotRoom, event: RoomEvent): boolean =>
  event.type === 'm.room.member' &&
  isLocal(context, event.stateKey ?? '') &&
  membershipIn(event) === 'join' &&
  ((event.flags & eventFlag.gap) !== 0 || previousIds(event.json).every((eventId) => isApart(room.eventById(eventId))))

const isApart = (event: RoomEvent | undefined): boolean =>
  event === undefined || (event.flags & eventFlag.outlier) !== 0 || !isLivePlace(event.ord ?? 1)
