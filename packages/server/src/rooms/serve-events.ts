// Events for other servers: one of them, those before some, those between some.
import { type EventReference, referencedIds } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import { backfillEventsMax, backfillFrontierEventsMax, missingEventsMax } from '../federation-limits.ts'
import { eventById, eventsByIds, eventsInRoom } from '../store/events.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { isVisible, mayAskAbout, type ServerRoom, textsFor, useSharedEvents, useSharedRoom } from './server-access.ts'
import { loadedEvents } from './stored-event.ts'

/** One event as JSON text. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1eventeventid */
export async function eventForServer(
  context: RoomsContext,
  { eventId, origin }: { readonly eventId: string; readonly origin: string },
): Promise<string> {
  const row = await eventById(context.store.read, eventId)
  const room = row && (await context.hotRooms.get(row.roomNid))
  const [event] = room ? loadedEvents(room, [row]) : []
  if (!event || !room || !(await mayAskAbout(context, room, { origin, event })))
    throw new MatrixError('M_NOT_FOUND', 'There is no such event, or your server may not see it')
  const [text = ''] = await textsFor(context, room, { origin, events: [event] })
  return text
}

export interface Backfilling extends ServerRoom {
  /** Ids of the events to start from. */
  readonly from: readonly string[]
  readonly limit: number
}

/** These events and those before them as JSON texts, the latest first. https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1backfillroomid */
export function backfillForServer(context: RoomsContext, asked: Backfilling): Promise<string[]> {
  return useSharedRoom(context, asked, async (room) => {
    const from = asked.from.slice(0, backfillFrontierEventsMax)
    const walk = { from, limit: Math.min(asked.limit, backfillEventsMax), stopAt: new Set<string>() }
    const found = await walkBack(context, room, walk)
    await room.loadRoots(found.map(({ snapshot }) => snapshot))
    return textsFor(context, room, { origin: asked.origin, events: found })
  })
}

export interface MissingQuery extends ServerRoom {
  /** The asking server has these. */
  readonly earliest: readonly string[]
  /** It lacks what comes before these. */
  readonly latest: readonly string[]
  readonly limit: number
  readonly minDepth: number
}

/**
 * Events between the earliest and the latest as JSON texts, oldest first.
 * https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1get_missing_eventsroomid
 */
export function missingForServer(context: RoomsContext, asked: MissingQuery): Promise<string[]> {
  const eventIds = asked.latest.slice(0, missingEventsMax)
  return useSharedEvents(context, { ...asked, eventIds }, async (room, latest) => {
    const stopAt = new Set([...asked.earliest, ...asked.latest])
    const from = latest.filter(isHistory).flatMap((event) => previousIds(event))
    const found = await walkBack(context, room, { from, limit: Math.min(asked.limit, missingEventsMax), stopAt })
    const wanted = found.filter((event) => event.depth >= asked.minDepth)
    const visible: RoomEvent[] = []
    for (const event of wanted.toSorted((a, b) => a.depth - b.depth))
      if (await isVisible(room, asked.origin, event)) visible.push(event)
    return textsFor(context, room, { origin: asked.origin, events: visible })
  })
}

interface Walk {
  readonly from: readonly string[]
  readonly limit: number
  /** Ids of events not to be given, nor what is before them. */
  readonly stopAt: ReadonlySet<string>
}

/** Walks the event graph backwards, the deepest known events first. */
async function walkBack(context: RoomsContext, room: HotRoom, { from, limit, stopAt }: Walk): Promise<RoomEvent[]> {
  const found: RoomEvent[] = []
  const seen = new Set(stopAt)
  const near = new Map<string, RoomEvent>()
  let waiting: RoomEvent[] = []
  let ids = from
  while (found.length < limit) {
    const fresh = [...new Set(ids)].filter((eventId) => !seen.has(eventId))
    for (const eventId of fresh) seen.add(eventId)
    waiting.push(...(await eventsOf(context, room, { near, ids: fresh })))
    waiting = waiting.toSorted((a, b) => b.depth - a.depth)
    const next = waiting.shift()
    if (!next) break
    if (found.length === 0) await loadNear(context, room, { near, next, limit })
    found.push(next)
    ids = previousIds(next)
  }
  return found
}

interface Near {
  /** Events that were read already, by id. */
  readonly near: Map<string, RoomEvent>
}

/** Most of what an event follows stands before it in the timeline: that is read at once. */
async function loadNear(
  context: RoomsContext,
  room: HotRoom,
  { near, next, limit }: Near & { readonly next: RoomEvent; readonly limit: number },
): Promise<void> {
  if (next.ord === undefined) return
  const rows = await eventsInRoom(context.store.read, room.nid, { dir: 'b', upTo: next.ord, limit })
  for (const event of loadedEvents(room, rows.filter(isHistory))) near.set(event.eventId, event)
}

/** Events of this room that are part of its history. */
async function eventsOf(
  context: RoomsContext,
  room: HotRoom,
  { near, ids }: Near & { readonly ids: readonly string[] },
): Promise<RoomEvent[]> {
  const found = ids.flatMap((eventId) => near.get(eventId) ?? [])
  const rows = await eventsByIds(
    context.store.read,
    ids.filter((eventId) => !near.has(eventId)),
  )
  const others = rows.filter((row) => row.roomNid === room.nid && isHistory(row))
  return [...found, ...loadedEvents(room, others)]
}

const isHistory = ({ flags }: { readonly flags: number }): boolean =>
  (flags & (eventFlag.outlier | eventFlag.rejected)) === 0

const previousIds = ({ json }: RoomEvent): readonly string[] =>
  referencedIds((JSON.parse(json) as { readonly prev_events: readonly EventReference[] }).prev_events)
