// One event, and the events around it.
import { MatrixError } from '@myelin/protocol/errors'
import { messagesLimitDefault, messagesLimitMax } from '../limits.ts'
import { placeBefore } from '../store/places.ts'
import { openRoom, type Reading } from './access.ts'
import type { Actor, RoomsContext } from './context.ts'
import { parseEventFilter, type RoomEventFilter } from './event-filter.ts'
import { lookUpEvent } from './event-lookup.ts'
import { lazyMembers } from './lazy-members.ts'
import { pageLimit, tokenAfter } from './pagination.ts'
import { countsAsRejected, eventFlag, type RoomEvent } from './room-event.ts'
import { serveEvents } from './served-event.ts'
import { serveState } from './served-state.ts'
import { stateNids } from './state.ts'
import { walkWithHistory } from './older-history.ts'
import { findEvent } from './stored-event.ts'
import { bringHere, placeAt } from './timestamp-search.ts'
import { viewpoint } from './visibility.ts'

/**
 * Finds an event the reader may see, here or, for members, on other servers. Throws M_NOT_FOUND for unknown and for hidden
 * events alike.
 */
export async function visibleEvent(context: RoomsContext, reading: Reading, eventId: string): Promise<RoomEvent> {
  const { room, membership } = reading
  const event =
    membership === 'join'
      ? await lookUpEvent(context, room, { eventId, withState: true })
      : await findEvent(context, room, eventId)
  if (event && isReadable(context, event) && (await viewpoint(reading, [event])).sees(event)) return event
  throw new MatrixError('M_NOT_FOUND', 'There is no such event, or you may not see it')
}

/** In the timeline, or beside it with its state; and not on its way to the disk. */
const isReadable = ({ store }: RoomsContext, { ord, flags, snapshot }: RoomEvent): boolean =>
  ord === undefined
    ? (flags & eventFlag.outlier) !== 0 && !countsAsRejected(flags) && snapshot !== 0
    : ord <= store.durablePosition

/** The event as JSON text. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomideventeventid */
export async function event(
  context: RoomsContext,
  roomId: string,
  { by, eventId }: { readonly by: Actor; readonly eventId: string },
): Promise<string> {
  const reading = await openRoom(context, roomId, by)
  const [json = ''] = await serveEvents(context, reading, [await visibleEvent(context, reading, eventId)])
  return json
}

export interface ContextOptions {
  readonly by: Actor
  readonly eventId: string
  readonly limit?: number | undefined
  /** JSON of a room event filter. */
  readonly filter?: string | undefined
}

/**
 * The events around an event and the state at the last of them, as the JSON text of the response.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidcontexteventid
 */
export async function eventContext(context: RoomsContext, roomId: string, options: ContextOptions): Promise<string> {
  const filter = parseEventFilter(options.filter)
  const limit = pageLimit(options.limit ?? filter.limit, messagesLimitDefault, messagesLimitMax)
  const reading = await openRoom(context, roomId, options.by)
  const middle = await inItsPlace(context, reading, options.eventId)
  if (middle.ord === undefined) return contextBeside(context, reading, { middle, filter })
  const { ord } = middle
  const [before, after] = await Promise.all([
    walkWithHistory(context, reading, { dir: 'b', from: placeBefore(ord), limit: Math.floor(limit / 2), filter }),
    walkWithHistory(context, reading, { dir: 'f', from: ord, limit: Math.ceil(limit / 2), filter }),
  ])
  const all = [...before.events, middle, ...after.events]
  const last = after.events.at(-1) ?? middle
  const state = await stateAfter(context, reading, { last, shown: all, filter })
  const [beforeJson, [middleJson = '{}'], afterJson] = await Promise.all([
    serveEvents(context, reading, before.events),
    serveEvents(context, reading, [middle]),
    serveEvents(context, reading, after.events),
  ])
  const start = before.end ?? placeBefore(before.events.at(-1)?.ord ?? ord)
  const parts = [
    `"start":"${tokenAfter(start)}"`,
    `"end":"${tokenAfter(after.end ?? last.ord ?? ord)}"`,
    `"events_before":[${beforeJson.join(',')}]`,
    `"event":${middleJson}`,
    `"events_after":[${afterJson.join(',')}]`,
    `"state":[${state.join(',')}]`,
  ]
  return `{${parts.join(',')}}`
}

/** The event; where it is not here, with what is around it as far as that can be fetched within bounds. */
async function inItsPlace(context: RoomsContext, reading: Reading, eventId: string): Promise<RoomEvent> {
  const { room, membership } = reading
  const known = membership === 'join' ? await lookUpEvent(context, room, { eventId, withState: false }) : undefined
  if (known && known.ord === undefined) await bringHere(context, room, known)
  return visibleEvent(context, reading, eventId)
}

interface Beside {
  readonly middle: RoomEvent
  readonly filter: RoomEventFilter
}

/** Of an event too far away from what is here: itself alone, and where it belongs by its time. */
async function contextBeside(context: RoomsContext, reading: Reading, { middle, filter }: Beside): Promise<string> {
  const state = await stateAfter(context, reading, { last: middle, shown: [middle], filter })
  const place = tokenAfter(placeBefore(await placeAt(context, reading.room, middle)))
  const [json = '{}'] = await serveEvents(context, reading, [middle])
  const empty = '"events_before":[],"events_after":[]'
  return `{"start":"${place}","end":"${place}",${empty},"event":${json},"state":[${state.join(',')}]}`
}

interface Shown {
  readonly last: RoomEvent
  readonly shown: readonly RoomEvent[]
  readonly filter: RoomEventFilter
}

async function stateAfter(context: RoomsContext, reading: Reading, { last, shown, filter }: Shown): Promise<string[]> {
  const { room } = reading
  await room.loadRoots([last.snapshot])
  const then = { ...reading, root: room.rootOf(last.snapshot) ?? reading.root }
  return filter.lazy_load_members
    ? [...(await otherState(context, then)), ...(await lazyMembers(context, then, shown))]
    : serveState(context, room, { nids: stateNids(then) })
}

/** State other than memberships. */
async function otherState(context: RoomsContext, reading: Reading): Promise<string[]> {
  const nids = Array.from(reading.room.stateEntries(reading.root))
    .filter(([type]) => type !== 'm.room.member')
    .map(([, , nid]) => nid)
  return serveState(context, reading.room, { nids })
}
