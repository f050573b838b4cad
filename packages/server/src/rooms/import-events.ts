// Takes in events from outside a room's timeline: states and auth chains that other servers give. Each is checked by its
// signatures and by the events it cites, and stored as an outlier.
import { authorizeByAuthEvents } from '@myelin/algorithms/auth'
import { referencedIds, roomIdOf } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import { importedEventsPerWrite } from '../limits.ts'
import { eventsByIds, insertEvent } from '../store/events.ts'
import type { IncomingEvent } from './admit-write.ts'
import { noteStateEvent } from './auth-graph.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { parseIncoming, verifyIncoming } from './read-incoming.ts'
import { eventFlag, RoomEvent } from './room-event.ts'
import { internSlot } from './state-change.ts'
import { loadedEvents } from './stored-event.ts'

/** Stores what is new and valid; returns, in their order, the events of the room that are known now. */
export async function importEvents(
  context: RoomsContext,
  room: HotRoom,
  values: readonly unknown[],
): Promise<(RoomEvent | undefined)[]> {
  const parsed = values.map((value) => parseOrSkip(room, value))
  const fresh = new Map(parsed.flatMap((event) => (event ? [[event.eventId, event]] : [])))
  const known = await knownEvents(context, room, [...fresh.keys(), ...[...fresh.values()].flatMap(citedBy)])
  for (const eventId of known.keys()) fresh.delete(eventId)
  await dropUnsigned(context, room, fresh)
  const imported = await judgeAll(context, room, { fresh, known })
  for (let at = 0; at < imported.length; at += importedEventsPerWrite) {
    const slice = imported.slice(at, at + importedEventsPerWrite)
    await context.store.write((w) => {
      for (const { event, slot } of slice) insertEvent(w, { room, event, slot })
    })
  }
  return parsed.map((event) => event && known.get(event.eventId))
}

const citedBy = ({ pdu }: IncomingEvent) => referencedIds(pdu.auth_events)

function parseOrSkip(room: HotRoom, value: unknown): IncomingEvent | undefined {
  try {
    const event = parseIncoming(value, room.rules)
    return roomIdOf(event.pdu, event.eventId) === room.roomId ? event : undefined
  } catch (error) {
    if (error instanceof MatrixError) return undefined // not an event: as if it had not been sent
    throw error
  }
}

async function knownEvents(context: RoomsContext, room: HotRoom, eventIds: readonly string[]) {
  const rows = await eventsByIds(context.store.read, [...new Set(eventIds)])
  const events = loadedEvents(
    room,
    rows.filter(({ roomNid }) => roomNid === room.nid),
  )
  return new Map(events.map((event) => [event.eventId, event]))
}

const checkedAtOnce = 50

/** Takes those out that are not signed as they must be. */
async function dropUnsigned(context: RoomsContext, room: HotRoom, fresh: Map<string, IncomingEvent>): Promise<void> {
  const waiting = [...fresh.values()]
  for (let at = 0; at < waiting.length; at += checkedAtOnce) {
    const slice = waiting.slice(at, at + checkedAtOnce)
    const results = await Promise.allSettled(slice.map((event) => verifyIncoming(context, event, room.rules)))
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue
      if (!(result.reason instanceof MatrixError)) throw result.reason
      const dropped = slice[index]
      if (dropped) fresh.delete(dropped.eventId)
    }
  }
}

interface Judging {
  readonly fresh: ReadonlyMap<string, IncomingEvent>
  /** Grows by what is judged. */
  readonly known: Map<string, RoomEvent>
}

interface Imported {
  readonly event: RoomEvent
  readonly slot: number | undefined
}

/** "Passes authorization rules based on the event's auth events, otherwise it is rejected", those cited before those that cite. */
async function judgeAll(context: RoomsContext, room: HotRoom, { fresh, known }: Judging): Promise<Imported[]> {
  const senders = await context.users.internAll([...new Set(Array.from(fresh.values(), ({ pdu }) => pdu.sender))])
  const imported: Imported[] = []
  for (const incoming of inAuthOrder(fresh)) {
    const cited = citedBy(incoming).map((eventId) => known.get(eventId))
    const senderNid = senders.get(incoming.pdu.sender) ?? 0
    const isRejected = cited.includes(undefined) || isRefused(room, incoming, { known, cited })
    const event = outlierOf(context, room, { incoming, senderNid, isRejected })
    known.set(event.eventId, event)
    const { type, stateKey } = event
    const slot = stateKey === undefined ? undefined : internSlot(context, room, [type, stateKey])
    imported.push({ event, slot })
    const authNids = cited.flatMap((each) => each?.nid ?? [])
    if (slot !== undefined) noteStateEvent(room, event, { slot, authNids })
  }
  return imported
}

function isRefused(
  room: HotRoom,
  { authEvent }: IncomingEvent,
  { known, cited }: { known: ReadonlyMap<string, RoomEvent>; cited: readonly (RoomEvent | undefined)[] },
): boolean {
  const authEvents = cited.flatMap((event) => event?.authEvent ?? [])
  return authorizeByAuthEvents(authEvent, { authEvents, create: createOf(room, known) }, room.rules) !== undefined
}

/** The create event of a room whose id is that event's hash, which is cited by nothing. */
export const createOf = (room: HotRoom, known: ReadonlyMap<string, RoomEvent>) =>
  room.rules.roomIdIsCreateHash
    ? (known.get(`$${room.roomId.slice(1)}`) ?? room.state('m.room.create'))?.authEvent
    : undefined

function outlierOf(
  context: RoomsContext,
  room: HotRoom,
  { incoming, senderNid, isRejected }: { incoming: IncomingEvent; senderNid: number; isRejected: boolean },
): RoomEvent {
  const { eventId, pdu, json, authEvent } = incoming
  return new RoomEvent({
    ...{ eventId, senderNid, json },
    nid: context.store.nextNid('events'),
    roomId: room.roomId,
    ord: undefined,
    depth: pdu.depth,
    ts: pdu.origin_server_ts,
    snapshot: 0,
    flags: eventFlag.outlier | (isRejected ? eventFlag.rejected : 0),
    notifyCount: 0,
    highlightCount: 0,
    authEvent: isRejected ? { ...authEvent, rejected: true } : authEvent,
  })
}

/** Each event after those it cites; the create event first. Circles cannot be: an id is a hash over what it cites. */
function inAuthOrder(fresh: ReadonlyMap<string, IncomingEvent>): IncomingEvent[] {
  const order: IncomingEvent[] = []
  const entered = new Set<string>()
  const path: { readonly event: IncomingEvent; readonly rest: string[] }[] = []
  const enter = (eventId: string): void => {
    const event = fresh.get(eventId)
    if (!event || entered.has(eventId)) return
    entered.add(eventId)
    path.push({ event, rest: [...citedBy(event)] })
  }
  const creates = [...fresh.values()].filter(({ pdu }) => pdu.type === 'm.room.create')
  for (const { eventId } of [...creates, ...fresh.values()]) {
    enter(eventId)
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.rest.pop()
      if (next !== undefined) enter(next)
      else {
        order.push(top.event)
        path.pop()
      }
    }
  }
  return order
}
