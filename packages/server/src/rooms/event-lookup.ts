// Single events that a reader names and that are not in the timeline here: fetched from other servers, checked as on
// receipt, judged by the state before them and kept beside the timeline, with that state, which says who may see them.
// https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1eventeventid
import { referencedIds, roomIdOf } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import { backfillRoom } from '@myelin/protocol/server-server/backfill'
import { getEvent } from '@myelin/protocol/server-server/events'
import { abortAfter } from '../environment.ts'
import { FederationError } from '../federation/federation-error.ts'
import {
  backfillBytesMax,
  backfillServersMax,
  backfillWaitMs,
  eventLookUpMaxMs,
  eventLookUpRestMs,
  eventLookUpsPerRoomMax,
  eventLookUpStretchMax,
  eventLookUpTimeoutMs,
} from '../federation-limits.ts'
import { relatedAmong } from '../store/relations.ts'
import { standBeside, standsBeside } from './beside-timeline.ts'
import type { RoomsContext } from './context.ts'
import { stateBefore } from './dag-state.ts'
import { fetchAuthChain, fetchStateBefore, newAsked, type Recovery } from './fetch-missing.ts'
import type { HotRoom } from './hot-room.ts'
import { EventImport } from './import-events.ts'
import { takeBeside } from './past-events.ts'
import { federationOf, parseIncoming } from './read-incoming.ts'
import { eventsOfRoom, inOrder } from './receive.ts'
import { EventDropped } from './refusals.ts'
import { serversByUsers } from './resident-servers.ts'
import { countsAsRejected, eventFlag, type RoomEvent } from './room-event.ts'
import { findEvent, previousIds } from './stored-event.ts'

/** The event of the room, with the state after it if `withState`; undefined where it is not to be had, or not now. */
export async function lookUpEvent(
  context: RoomsContext,
  room: HotRoom,
  { eventId, withState }: { readonly eventId: string; readonly withState: boolean },
): Promise<RoomEvent | undefined> {
  const known = await findEvent(context, room, eventId)
  if (known && (isPlaced(known) || (!withState && isJudged(known)) || standsBeside(known))) return known
  if ((known && !isOutlier(known)) || !context.federation || room.localJoined.size === 0) return undefined
  if (!known && !isEventIdOf(room, eventId)) return undefined
  const work = (recovery: Recovery) => fetchBeside(recovery, { eventId, withState })
  return (await underBounds(context, room, { eventId, work })) ? findEvent(context, room, eventId) : undefined
}

const isOutlier = ({ flags }: RoomEvent) => (flags & eventFlag.outlier) !== 0
const isJudged = (event: RoomEvent) => isOutlier(event) && !countsAsRejected(event.flags)
/** It came in with others, live or as history. */
const isPlaced = (event: RoomEvent) => event.ord !== undefined

const isEventIdOf = ({ rules }: HotRoom, eventId: string): boolean =>
  rules.eventIdFormat === 'opaque' ? eventId.startsWith('$') : /^\$[A-Za-z0-9+/_-]{43}$/.test(eventId)

interface Bounded {
  readonly eventId: string
  /** Whether the event is here now. */
  readonly work: (recovery: Recovery) => Promise<boolean>
}

/** One search for an event at a time, few for a room, none again for a while after one that found nothing. */
async function underBounds(context: RoomsContext, room: HotRoom, { eventId, work }: Bounded): Promise<boolean> {
  const { environment } = context
  const { lookUps, notFoundUntilMs } = room.history
  if (environment.now() < (notFoundUntilMs.get(eventId) ?? 0)) return false
  let search = lookUps.get(eventId)
  if (!search) {
    if (lookUps.size >= eventLookUpsPerRoomMax) return false
    search = context.hotRooms
      .use(room.nid, (used) => searchFor(context, used, work))
      .then((isFound) => {
        if (!isFound) notFoundUntilMs.set(eventId, environment.now() + eventLookUpRestMs)
        return isFound
      })
      .finally(() => lookUps.delete(eventId))
    lookUps.set(eventId, search)
  }
  let cancel = (): void => {}
  const late = new Promise<boolean>((resolve) => (cancel = environment.timer(backfillWaitMs, () => resolve(false))))
  return Promise.race([search, late]).finally(() => cancel())
}

async function searchFor(context: RoomsContext, room: HotRoom, work: Bounded['work']): Promise<boolean> {
  const servers = serversByUsers(context, room).slice(0, backfillServersMax)
  const { signal, cancel } = abortAfter(context.environment, eventLookUpMaxMs)
  try {
    return await work({ context, room, servers, signal, asked: newAsked() })
  } catch (error) {
    if (error instanceof FederationError || error instanceof EventDropped) return false
    throw error
  } finally {
    cancel()
  }
}

interface Wanted {
  readonly eventId: string
  readonly withState: boolean
}

async function fetchBeside(recovery: Recovery, { eventId, withState }: Wanted): Promise<boolean> {
  const { context, room } = recovery
  if (withState && !room.partial) await fetchStretch(recovery, eventId)
  const stored = await findEvent(context, room, eventId)
  if (!stored || !isJudged(stored)) await fetchEvent(recovery, eventId)
  const event = await findEvent(context, room, eventId)
  if (!event || !isJudged(event)) return event !== undefined && isPlaced(event)
  return !withState || standsBeside(event) || setBeside(recovery, event)
}

/** It comes with some of what leads up to it, and one state for all of that: who follows one reply follows the next. */
async function fetchStretch({ context, room, servers, signal, ...recovery }: Recovery, eventId: string): Promise<void> {
  const input = { path: { roomId: room.roomId }, query: { v: [eventId], limit: eventLookUpStretchMax } }
  const options = { timeoutMs: eventLookUpTimeoutMs, responseBytesMax: backfillBytesMax, signal }
  for (const server of servers)
    try {
      const { pdus } = await federationOf(context).peers.call(server, backfillRoom, input, options)
      const events = pdus.slice(0, eventLookUpStretchMax)
      if (await takeBeside({ ...recovery, context, room, signal, servers: [server] }, { eventId, events })) return
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error // the next server may have it, or the event alone
    }
}

/** From the first server that has it. */
async function fetchEvent(recovery: Recovery, eventId: string): Promise<void> {
  for (const server of recovery.servers)
    try {
      const options = { timeoutMs: eventLookUpTimeoutMs, signal: recovery.signal }
      const { pdus } = await federationOf(recovery.context).peers.call(server, getEvent, { path: { eventId } }, options)
      if (await takeEvent(recovery, { eventId, value: pdus[0] })) return
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error // the next server may have it
    }
}

/** Stores an event that was given, with what it cites, if it is the one that was asked for. */
async function takeEvent(
  recovery: Recovery,
  { eventId, value }: { readonly eventId: string; readonly value: unknown },
): Promise<boolean> {
  const { context, room } = recovery
  const { pdu, eventId: givenId } = parseIncoming(value, room.rules)
  if (givenId !== eventId || roomIdOf(pdu, givenId) !== room.roomId) return false
  if (!(await eventsOfRoom(context, room, pdu.auth_events)).isWhole)
    await fetchAuthChain(recovery, { eventId, cited: referencedIds(pdu.auth_events) })
  const importing = new EventImport(context, room, { alone: (work) => inOrder(context, room, work) })
  await importing.add(value)
  await importing.judge(recovery.signal)
  return true
}

/** Judges an outlier by the state before it, and stores the state after. */
async function setBeside(recovery: Recovery, event: RoomEvent): Promise<boolean> {
  const { context, room } = recovery
  const before = await rootBefore(recovery, event)
  return inOrder(context, room, async () => {
    const current = await findEvent(context, room, event.eventId)
    if (!current || !isOutlier(current)) return current !== undefined
    const ids = { roomNid: room.nid, eventIds: [current.eventId] }
    const isRelated = (await relatedAmong(context.store.read, ids)).size > 0
    const near = { root: room.root, snapshot: room.snapshot }
    const standing = await standBeside(context, room, { event: current, before: { root: before, near }, isRelated })
    await standing?.durable
    return standing !== undefined
  })
}

async function rootBefore(recovery: Recovery, { eventId, json }: RoomEvent): Promise<number> {
  const { context, room } = recovery
  const previous = await eventsOfRoom(context, room, previousIds(json))
  const isKnown = previous.isWhole && previous.events.length > 0 && !previous.events.some(isOutlier)
  if (isKnown) return (await stateBefore(context, room, previous.events)).root
  return previousIds(json).length === 0 ? room.arena.empty : fetchStateBefore(recovery, eventId)
}
