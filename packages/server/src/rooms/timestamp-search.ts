// The event of a room closest to a moment. Events lie in the order in which they came, which is nearly that of their
// times: so it is found by halving, and looked for around the place where that ends.
// https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidtimestamp_to_event
import { MatrixError } from '@myelin/protocol/errors'
import { getEventByTimestamp } from '@myelin/protocol/server-server/events'
import { FederationError } from '../federation/federation-error.ts'
import {
  backfillServersMax,
  historySearchFetchesMax,
  timestampScanMax,
  timestampTimeoutMs,
  timestampWindowMax,
} from '../federation-limits.ts'
import { eventsInRoom, firstEvent, lastEvent } from '../store/events.ts'
import { type HistoryGap, nearestGap } from '../store/history-gaps.ts'
import { placeAfter, placeBefore } from '../store/places.ts'
import { openRoom } from './access.ts'
import { fetchHistory, hasOlderHistory } from './backfill.ts'
import type { Actor, RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { serversIn } from './partial-state.ts'
import { federationOf } from './read-incoming.ts'
import type { RoomEvent } from './room-event.ts'
import { isAdmitted, isVisible, type ServerRoom, useSharedRoom } from './server-access.ts'
import { findEvent, loadedEvents } from './stored-event.ts'
import { viewpoint } from './visibility.ts'

export interface Moment {
  /** Milliseconds since the epoch. */
  readonly ts: number
  /** The first event at or after it, or the last at or before. */
  readonly dir: 'f' | 'b'
}

/** Field names of the wire. */
export interface FoundMoment {
  readonly event_id: string
  readonly origin_server_ts: number
}

/** For a user: what is here, or what other servers have from before this one came. Throws M_NOT_FOUND. */
export async function eventByTimestamp(
  context: RoomsContext,
  roomId: string,
  { by, ts, dir }: Moment & { readonly by: Actor },
): Promise<FoundMoment> {
  const reading = await openRoom(context, roomId, by)
  const { room, until = Infinity } = reading
  const upTo = Math.min(context.store.durablePosition, until)
  const sees = async (events: readonly RoomEvent[]) => {
    const view = await viewpoint(reading, events)
    return events.filter((event) => view.sees(event))
  }
  const here = await search(context, room, { ts, dir, upTo, sees })
  const isWhole = (await edgeAt(context, room, { ts })) === undefined
  const found = isWhole ? undefined : await searchElsewhere(context, room, { ts, dir })
  return closest([found, here && momentOf(here)], { ts, dir })
}

/** For another server, of what its users may see. */
export function timestampForServer(
  context: RoomsContext,
  { roomId, origin, ts, dir }: ServerRoom & Moment,
): Promise<FoundMoment> {
  return useSharedRoom(context, { roomId, origin }, async (room) => {
    if (!isAdmitted(room, origin)) throw new MatrixError('M_FORBIDDEN', 'Server is banned from room')
    const sees = async (events: readonly RoomEvent[]) => {
      const visible: RoomEvent[] = []
      for (const event of events) if (await isVisible(room, origin, event)) visible.push(event)
      return visible
    }
    const here = await search(context, room, { ts, dir, upTo: context.store.durablePosition, sees })
    return closest([here && momentOf(here)], { ts, dir })
  })
}

const momentOf = ({ eventId, ts }: RoomEvent): FoundMoment => ({ event_id: eventId, origin_server_ts: ts })

/** Whether an event is on the side that is looked at. */
const isOnSide = (at: number, { ts, dir }: Moment): boolean => (dir === 'f' ? at >= ts : at <= ts)

function closest(found: readonly (FoundMoment | undefined)[], moment: Moment): FoundMoment {
  const distance = ({ origin_server_ts: at }: FoundMoment) => Math.abs(at - moment.ts)
  const [first] = found
    .filter((each) => each !== undefined)
    .filter((each) => isOnSide(each.origin_server_ts, moment))
    .toSorted((a, b) => distance(a) - distance(b))
  if (!first) throw new MatrixError('M_NOT_FOUND', `There is no event ${moment.dir === 'f' ? 'after' : 'before'} then`)
  return first
}

interface Search extends Moment {
  /** The last `ord` that counts. */
  readonly upTo: number
  /** Those of the events that the asking one may see. */
  readonly sees: (events: readonly RoomEvent[]) => Promise<readonly RoomEvent[]>
}

async function search(context: RoomsContext, room: HotRoom, wanted: Search): Promise<RoomEvent | undefined> {
  const { dir, upTo, sees } = wanted
  const { read } = context.store
  const place = await placeAt(context, room, wanted)
  // Begins a little on the other side, for those that came out of order.
  let at = dir === 'f' ? await ordOffset(context, room, place, 'b') : await ordOffset(context, room, place, 'f')
  for (let scanned = 0; scanned < timestampScanMax;) {
    const stretch = dir === 'f' ? { after: at, upTo } : { upTo: Math.min(at, upTo) }
    const rows = await eventsInRoom(read, room.nid, { ...stretch, dir, limit: timestampWindowMax })
    const visible = await sees(loadedEvents(room, rows).filter(({ ts }) => isOnSide(ts, wanted)))
    const [best] = visible.toSorted((a, b) => Math.abs(a.ts - wanted.ts) - Math.abs(b.ts - wanted.ts))
    if (best || rows.length < timestampWindowMax) return best
    const last = rows.at(-1)?.ord ?? 0
    at = dir === 'f' ? last : placeBefore(last)
    scanned += rows.length
  }
  return undefined
}

/** The place in the timeline at which events become as late as the moment. */
export async function placeAt(
  context: RoomsContext,
  room: HotRoom,
  { ts, upTo = Infinity }: { readonly ts: number; readonly upTo?: number },
): Promise<number> {
  const { read } = context.store
  let [low, high] = [
    (await firstEvent(read, room.nid))?.ord ?? 0,
    Math.min((await lastEvent(read, room.nid))?.ord ?? 0, upTo),
  ]
  while (low < placeBefore(high)) {
    const middle = low + (high - low) / 2
    const [row] = await eventsInRoom(read, room.nid, { dir: 'f', after: placeBefore(middle), upTo: high, limit: 1 })
    if (row?.ord === undefined || row.ord === null || row.ts >= ts) high = middle
    else low = placeAfter(row.ord)
  }
  return low
}

/** Some events further, in either direction. */
async function ordOffset(context: RoomsContext, room: HotRoom, place: number, dir: 'f' | 'b'): Promise<number> {
  const stretch = dir === 'f' ? { after: place } : { upTo: placeBefore(place) }
  const limit = timestampWindowMax / 2
  const rows = await eventsInRoom(context.store.read, room.nid, { ...stretch, dir, limit })
  const last = rows.at(-1)?.ord ?? place
  return dir === 'b' ? placeBefore(last) : last
}

/** Asks servers in the room, and fetches history as far as the event they name, within bounds. */
async function searchElsewhere(
  context: RoomsContext,
  room: HotRoom,
  { ts, dir }: Moment,
): Promise<FoundMoment | undefined> {
  const servers = [...serversIn(room)].filter((server) => server !== context.serverName).slice(0, backfillServersMax)
  for (const server of servers)
    try {
      const input = { path: { roomId: room.roomId }, query: { ts, dir } }
      const options = { timeoutMs: timestampTimeoutMs }
      const found = await federationOf(context).peers.call(server, getEventByTimestamp, input, options)
      await bringHere(context, room, { eventId: found.event_id, ts: found.origin_server_ts })
      return found
    } catch (error) {
      if (!(error instanceof FederationError)) throw error // the next server may have it
    }
  return undefined
}

/** Fetches history where an event belongs by its time, until the event is in its place, within bounds. */
export async function bringHere(
  context: RoomsContext,
  room: HotRoom,
  wanted: { readonly eventId: string; readonly ts: number; readonly depth?: number },
): Promise<void> {
  for (let fetches = 0; fetches < historySearchFetchesMax; fetches++) {
    if ((await findEvent(context, room, wanted.eventId))?.ord !== undefined) return
    const edge = await edgeAt(context, room, wanted)
    if (!edge || (await fetchHistory(context, room, edge.gap)) !== 'came') return
  }
}

/** Where history is missing that may be of this time: in a gap, or before what is here. */
async function edgeAt(
  context: RoomsContext,
  room: HotRoom,
  { ts, depth }: { readonly ts: number; readonly depth?: number },
): Promise<{ readonly gap?: HistoryGap } | undefined> {
  const { read } = context.store
  const place = await placeAt(context, room, { ts })
  const nowMs = context.environment.now()
  const gap = await nearestGap(read, { roomNid: room.nid, dir: 'f', ord: placeBefore(place), nowMs })
  if (gap && gap.ord - 1 < place) return { gap }
  const oldest = await firstEvent(read, room.nid)
  const isBefore = oldest !== undefined && (ts < oldest.ts || (depth !== undefined && depth < oldest.depth))
  return isBefore && (await hasOlderHistory(context, room)) ? {} : undefined
}
