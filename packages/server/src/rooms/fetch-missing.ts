// Asks another server for what an event needs: the events before it, or the state before it.
import { MatrixError } from '@myelin/protocol/errors'
import { getMissingPreviousEvents } from '@myelin/protocol/server-server/backfill'
import { getEvent, getRoomState, getRoomStateIds } from '@myelin/protocol/server-server/events'
import { FederationError } from '../federation/federation-error.ts'
import { missingEventsMax, stateEventsFetchedSinglyMax } from '../limits.ts'
import { eventsByIds } from '../store/events.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { importEvents } from './import-events.ts'
import { federationOf } from './read-incoming.ts'
import { eventFlag } from './room-event.ts'

/** The events before an event back to the room's heads, oldest first; none if the server does not give them. */
export async function fetchMissing(
  context: RoomsContext,
  room: HotRoom,
  { origin, incoming }: { readonly origin: string; readonly incoming: IncomingEvent },
): Promise<readonly unknown[]> {
  const body = {
    earliest_events: room.heads.map(({ eventId }) => eventId),
    latest_events: [incoming.eventId],
    limit: missingEventsMax,
    min_depth: 0,
  }
  try {
    const input = { path: { roomId: room.roomId }, body }
    const { events } = await federationOf(context).peers.call(origin, getMissingPreviousEvents, input)
    return events.slice(0, missingEventsMax)
  } catch (error) {
    if (error instanceof FederationError) return [] // the state before the event is asked for then
    throw error
  }
}

/** Root of the state before an event, as its server says; every event of it is checked. Throws FederationError. */
export async function fetchStateBefore(
  context: RoomsContext,
  room: HotRoom,
  { origin, eventId }: { readonly origin: string; readonly eventId: string },
): Promise<number> {
  const input = { path: { roomId: room.roomId }, query: { event_id: eventId } }
  const said = await federationOf(context).peers.call(origin, getRoomStateIds, input)
  const all = [...new Set<string>([...said.auth_chain_ids, ...said.pdu_ids])]
  const known = new Set((await eventsByIds(context.store.read, all)).map((row) => row.eventId))
  const missing = all.filter((each) => !known.has(each))
  await importEvents(context, room, await fetchEvents(context, room, { origin, eventId, missing }))
  return stateOf(context, room, said.pdu_ids)
}

interface Fetching {
  readonly origin: string
  readonly eventId: string
  readonly missing: readonly string[]
}

/** A few events one by one, many of them with the whole state. */
async function fetchEvents(
  context: RoomsContext,
  room: HotRoom,
  { origin, eventId, missing }: Fetching,
): Promise<unknown[]> {
  const { peers } = federationOf(context)
  if (missing.length > stateEventsFetchedSinglyMax) {
    const input = { path: { roomId: room.roomId }, query: { event_id: eventId } }
    const { auth_chain: chain, pdus } = await peers.call(origin, getRoomState, input)
    return [...chain, ...pdus]
  }
  const answers = await Promise.all(
    missing.map((each) => peers.call(origin, getEvent, { path: { eventId: each } }).catch(refusedEvent)),
  )
  return answers.flatMap(({ pdus }) => pdus)
}

/** What one event cannot be had for, the others may do without. */
function refusedEvent(error: unknown): { readonly pdus: readonly unknown[] } {
  if (error instanceof FederationError && error.refusal) return { pdus: [] }
  throw error
}

async function stateOf(context: RoomsContext, room: HotRoom, eventIds: readonly string[]): Promise<number> {
  const rows = await eventsByIds(context.store.read, eventIds)
  const entries = rows.flatMap(({ roomNid, slot, nid, flags }) =>
    roomNid === room.nid && slot !== null && (flags & eventFlag.rejected) === 0 ? [[slot, nid] as const] : [],
  )
  const root = room.arena.setAll(room.arena.empty, entries)
  if (room.stateNidAt(root, 'm.room.create') === 0)
    throw new MatrixError('M_FORBIDDEN', 'The state before the event cannot be had')
  return root
}
