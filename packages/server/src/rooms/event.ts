// One event, and the events around it.
import { MatrixError } from '@myelin/protocol/errors'
import { messagesLimitDefault, messagesLimitMax } from '../limits.ts'
import { placeBefore } from '../store/places.ts'
import { openRoom, type Reading } from './access.ts'
import type { Actor, RoomsContext } from './context.ts'
import { parseEventFilter } from './event-filter.ts'
import { lazyMembers } from './lazy-members.ts'
import { pageLimit, tokenAfter } from './pagination.ts'
import type { RoomEvent } from './room-event.ts'
import { serveEvents } from './served-event.ts'
import { serveState } from './served-state.ts'
import { stateNids } from './state.ts'
import { walkWithHistory } from './older-history.ts'
import { findEvent } from './stored-event.ts'
import { bringHere } from './timestamp-search.ts'
import { viewpoint } from './visibility.ts'

/** Finds an event the reader may see. Throws M_NOT_FOUND for unknown and for hidden events alike. */
export async function visibleEvent(context: RoomsContext, reading: Reading, eventId: string): Promise<RoomEvent> {
  const event = await findEvent(context, reading.room, eventId)
  if (event?.ord !== undefined && event.ord <= context.store.durablePosition)
    if ((await viewpoint(reading, [event])).sees(event)) return event
  throw new MatrixError('M_NOT_FOUND', 'There is no such event, or you may not see it')
}

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
  await bringHere(context, reading.room, options.eventId)
  const middle = await visibleEvent(context, reading, options.eventId)
  const ord = middle.ord ?? 0
  const [before, after] = await Promise.all([
    walkWithHistory(context, reading, { dir: 'b', from: placeBefore(ord), limit: Math.floor(limit / 2), filter }),
    walkWithHistory(context, reading, { dir: 'f', from: ord, limit: Math.ceil(limit / 2), filter }),
  ])
  const all = [...before.events, middle, ...after.events]
  const last = after.events.at(-1) ?? middle
  await reading.room.loadRoots([last.snapshot])
  const then = { ...reading, root: reading.room.rootOf(last.snapshot) ?? reading.root }
  const state = filter.lazy_load_members
    ? [...(await otherState(context, then)), ...(await lazyMembers(context, then, all))]
    : await serveState(context, then.room, { nids: stateNids(then) })
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

/** State other than memberships. */
async function otherState(context: RoomsContext, reading: Reading): Promise<string[]> {
  const nids = Array.from(reading.room.stateEntries(reading.root))
    .filter(([type]) => type !== 'm.room.member')
    .map(([, , nid]) => nid)
  return serveState(context, reading.room, { nids })
}
