// Receives an event of another server: the checks on receipt in their order, and fetching what they need.
// https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
import { authorizeByAuthEvents } from '@myelin/algorithms/auth'
import { type EventReference, referencedIds, roomIdOf } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import * as eventAuth from '@myelin/protocol/server-server/event_auth'
import { eventsByIds } from '../store/events.ts'
import { type AdmissionMode, admit } from './admit.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext } from './context.ts'
import { type StateBefore, stateBefore } from './dag-state.ts'
import { fetchMissing, fetchStateBefore } from './fetch-missing.ts'
import type { HotRoom } from './hot-room.ts'
import { createOf, importEvents } from './import-events.ts'
import { federationOf, readIncoming } from './read-incoming.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { findEvent, loadedEvents } from './stored-event.ts'

export interface Receiving {
  /** Who sent it and is asked for what it needs. */
  readonly origin: string
  readonly mode: Extract<AdmissionMode, 'live' | 'resident'>
}

/** Receives one event, after those of the room that came before it. Throws MatrixError for what is dropped. */
export function receive(
  context: RoomsContext,
  room: HotRoom,
  { value, ...receiving }: Receiving & { readonly value: unknown },
): Promise<RoomEvent> {
  return inOrder(context, room, async () => {
    const incoming = await readIncoming(context, value, room.rules)
    return receiveChecked(context, room, { incoming, ...receiving, fillsGap: true })
  })
}

/** One at a time per room, so that events are not received before those they follow. */
export const inOrder = <T>(context: RoomsContext, room: HotRoom, work: () => Promise<T>): Promise<T> =>
  context.mutex.run(`receive ${room.nid}`, work)

export interface CheckedReceiving extends Receiving {
  /** Its signatures have been checked. */
  readonly incoming: IncomingEvent
  /** Events between it and what is known may be asked for. */
  readonly fillsGap: boolean
}

/** The checks from the fourth on. Within `inOrder`. */
export async function receiveChecked(
  context: RoomsContext,
  room: HotRoom,
  receiving: CheckedReceiving,
): Promise<RoomEvent> {
  const { incoming, mode } = receiving
  const { pdu, eventId, authEvent } = incoming
  if (roomIdOf(pdu, eventId) !== room.roomId) throw new MatrixError('M_BAD_JSON', 'The event is of another room')
  const known = await findEvent(context, room, eventId)
  if (known && (known.flags & eventFlag.outlier) === 0) return known
  const cited = await citedEvents(context, room, receiving)
  const create = createOf(room, new Map())
  const authEvents = cited.map((event) => event.authEvent)
  // 4. passes authorization rules based on the event's auth events, otherwise it is rejected
  const byAuthEvents = authorizeByAuthEvents(authEvent, { authEvents, create }, room.rules)
  const before = await stateBeforeIt(context, room, receiving)
  // 5. and 6. by the state before it and by the room's current state
  const authNids = cited.map(({ nid }) => nid)
  return admit(context, room, { received: incoming, known, authNids, mode, byAuthEvents, before })
}

/** The events it cites, fetched where they are unknown. */
async function citedEvents(context: RoomsContext, room: HotRoom, receiving: CheckedReceiving): Promise<RoomEvent[]> {
  const { incoming, origin } = receiving
  const eventIds = [...new Set(referencedIds(incoming.pdu.auth_events))]
  const found = await eventsOfRoom(context, room, eventIds)
  if (found.length === eventIds.length) return found
  const path = { roomId: room.roomId, eventId: incoming.eventId }
  const { auth_chain: chain } = await federationOf(context).peers.call(origin, eventAuth.getEventAuth, { path })
  await importEvents(context, room, chain)
  const all = await eventsOfRoom(context, room, eventIds)
  if (all.length === eventIds.length) return all
  throw new MatrixError('M_FORBIDDEN', 'An event that it cites cannot be had')
}

/** How to get at the state before it; what that takes is fetched now. */
async function stateBeforeIt(
  context: RoomsContext,
  room: HotRoom,
  receiving: CheckedReceiving,
): Promise<() => Promise<StateBefore>> {
  const { incoming, origin, fillsGap } = receiving
  const eventIds = [...new Set(referencedIds(incoming.pdu.prev_events))]
  let previous = await historyOf(context, room, eventIds)
  if (previous.length < eventIds.length && fillsGap) {
    await fillGap(context, room, receiving)
    previous = await historyOf(context, room, eventIds)
  }
  if (previous.length === eventIds.length) return () => stateBefore(context, room, previous)
  const root = await fetchStateBefore(context, room, { origin, eventId: incoming.eventId })
  return async () => ({ root, near: { root: room.root, snapshot: room.snapshot } })
}

/** Receives the events between the room's heads and this one, as far as its sender gives them. */
async function fillGap(context: RoomsContext, room: HotRoom, { incoming, origin }: CheckedReceiving): Promise<void> {
  for (const value of await fetchMissing(context, room, { origin, incoming }))
    try {
      const between = await readIncoming(context, value, room.rules)
      await receiveChecked(context, room, { incoming: between, origin, mode: 'live', fillsGap: false })
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error // one bad event does not keep the others out
    }
}

/** Events of this room by id, those that are known; of whatever kind. */
export async function eventsOfRoom(
  context: RoomsContext,
  room: HotRoom,
  eventIds: readonly string[],
): Promise<RoomEvent[]> {
  const recent = new Map(room.recent.map((event) => [event.eventId, event]))
  const rest = eventIds.filter((eventId) => !recent.has(eventId))
  const rows = (await eventsByIds(context.store.read, rest)).filter(({ roomNid }) => roomNid === room.nid)
  return [...eventIds.flatMap((eventId) => recent.get(eventId) ?? []), ...loadedEvents(room, rows)]
}

/** The same without outliers, at which no state is known. */
async function historyOf(context: RoomsContext, room: HotRoom, eventIds: readonly string[]): Promise<RoomEvent[]> {
  return (await eventsOfRoom(context, room, eventIds)).filter(({ flags }) => (flags & eventFlag.outlier) === 0)
}

/** Ids of the events that an event in federation format follows. */
export const previousIds = (json: string): readonly string[] =>
  referencedIds((JSON.parse(json) as { readonly prev_events: readonly EventReference[] }).prev_events)
