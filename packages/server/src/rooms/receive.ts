// Takes an event of another server in as far as what it needs is held here: the checks on receipt from the fourth on.
// https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
import { authorizeByAuthEvents } from '@myelin/algorithms/auth'
import { authTypes } from '@myelin/algorithms/auth-events'
import { referencedIds, roomIdOf } from '@myelin/algorithms/event'
import { refusedEventsFollowedMax } from '../federation-limits.ts'
import { eventsByIds } from '../store/events.ts'
import { type Admitted, type AdmissionMode, admitNow } from './admit.ts'
import type { IncomingEvent } from './admit-write.ts'
import type { RoomsContext } from './context.ts'
import { type StateBefore, stateBefore } from './dag-state.ts'
import type { HotRoom } from './hot-room.ts'
import { createOf } from './import-events.ts'
import { withCitedMembers } from './partial-state.ts'
import { lacksPolicy } from './policy-server.ts'
import { EventDropped } from './refusals.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { findEvent, loadedEvents } from './stored-event.ts'

/** One at a time per room, so that events are not received before those they follow. */
export const inOrder = <T>(context: RoomsContext, room: HotRoom, work: () => Promise<T>): Promise<T> =>
  context.mutex.run(`receive ${room.nid}`, work)

/** The same for work that takes long. */
export const inOrderForLong = <T>(context: RoomsContext, room: HotRoom, work: () => Promise<T>): Promise<T> =>
  keepingOthers(context, room, () => inOrder(context, room, work))

/** What other servers send during the work is kept on disk, and taken in after it. */
export async function keepingOthers<T>(context: RoomsContext, room: HotRoom, work: () => Promise<T>): Promise<T> {
  using _ = keepOthers(context, room)
  return await work()
}

/**
 * What other servers send until the result is disposed of is kept on disk, and taken in then: after the next start if this
 * is a stop. The room stays in memory.
 */
export function keepOthers(context: RoomsContext, room: HotRoom): Disposable {
  room.longWorks++
  return {
    [Symbol.dispose]: () => {
      room.longWorks--
      if (!context.joins.isStopping) context.stagedEvents.goOn(room.nid)
    },
  }
}

export interface Receiving {
  /** Its signatures have been checked. */
  readonly incoming: IncomingEvent
  readonly mode: Extract<AdmissionMode, 'live' | 'resident'>
  /**
   * Root of the state before it, as another server gave it: for when events that it follows cannot be had. `none`: in a
   * room whose members are still to come the current state stands in for it, and all is judged anew once they are there.
   */
  readonly givenState?: number | 'none' | undefined
  /** What is stored of events that came together, by id, where that was looked up for all of them at once. */
  readonly stored?: ReadonlyMap<string, RoomEvent> | undefined
  /** The room's policy server has been asked: without its signature the event is not shown. */
  readonly isPolicyAsked?: boolean
}

/** What keeps an event from being judged. */
export interface Lacking {
  readonly lacks: 'cited' | 'previous' | 'policy'
}

/** Takes the event in, or says what it lacks. Within `inOrder`. Throws MatrixError for what is not taken in at all. */
export async function receiveHeld(
  context: RoomsContext,
  room: HotRoom,
  receiving: Receiving,
): Promise<Admitted | Lacking> {
  const { incoming, mode, givenState, stored, isPolicyAsked = false } = receiving
  const { pdu, eventId, authEvent } = incoming
  if (roomIdOf(pdu, eventId) !== room.roomId) throw new EventDropped('format', 'The event is of another room')
  const known = room.eventById(eventId) ?? (stored ? stored.get(eventId) : await findEvent(context, room, eventId))
  if (known && (known.flags & eventFlag.outlier) === 0) return { event: known, durable: room.durable(eventId) }
  // Most of what it cites is part of the current state: that comes, and stays, in memory.
  await room.loadState(authTypes(authEvent, room.rules))
  const cited = await eventsOfRoom(context, room, pdu.auth_events)
  const previous = await historyOf(context, room, pdu.prev_events)
  const isWholeRoom = room.partial === undefined
  const isGiven = givenState !== undefined && (givenState !== 'none' || !isWholeRoom)
  // With what comes before it, or the state there, comes what it cites.
  if (!previous.isWhole && !isGiven) return { lacks: 'previous' }
  if (!cited.isWhole) return { lacks: 'cited' }
  if (!isPolicyAsked && lacksPolicy(room, incoming)) return { lacks: 'policy' }
  const create = createOf(room, new Map())
  const authEvents = cited.events.map((event) => event.authEvent)
  // 4. passes authorization rules based on the event's auth events, otherwise it is rejected
  const byAuthEvents = authorizeByAuthEvents(authEvent, { authEvents, create }, room.rules)
  const before = async (): Promise<StateBefore> => {
    const here = { root: room.root, snapshot: room.snapshot }
    const given = { root: typeof givenState === 'number' ? givenState : room.root, near: here }
    const { root, near } = previous.isWhole ? await stateBefore(context, room, previous.events) : given
    return { root: withCitedMembers(room, root, cited.events), near }
  }
  const authNids = cited.events.map(({ nid }) => nid)
  // 5. to 7. by the state before it, by the room's current state, and by its policy server
  const judged = { received: incoming, known, authNids, mode, byAuthEvents, before }
  const admitted = await admitNow(context, room, { ...judged, isAfterGap: !previous.isWhole })
  if (admitted.event.ord !== undefined && (!previous.isWhole || previous.events.some(isRefused)))
    await noteMissing(context, room, incoming)
  return admitted
}

/** What an event follows and is not here, directly or through events that were refused, comes late and is no head. */
async function noteMissing(context: RoomsContext, room: HotRoom, { pdu }: IncomingEvent): Promise<void> {
  const followed = new Set(referencedIds(pdu.prev_events))
  const missing: string[] = []
  for (const eventId of followed) {
    const event = await findEvent(context, room, eventId)
    if (!event || (event.flags & eventFlag.outlier) !== 0) missing.push(eventId)
    else if (isRefused(event) && followed.size < refusedEventsFollowedMax)
      for (const each of event.authEvent.prevEvents) followed.add(each)
  }
  room.noteFollowed(missing)
}

const isRefused = ({ flags }: RoomEvent): boolean => (flags & (eventFlag.softFailed | eventFlag.rejected)) !== 0

/** What is known of some events. */
export interface KnownEvents {
  readonly events: RoomEvent[]
  /** Each of them is known. */
  readonly isWhole: boolean
}

type References = IncomingEvent['pdu']['auth_events']

const isJudged = ({ flags }: RoomEvent) => (flags & eventFlag.unjudged) === 0

/**
 * Events of this room that an event refers to, of whatever kind; what was never judged is as if it were not here. Reads
 * nothing for those in memory.
 */
export async function eventsOfRoom(context: RoomsContext, room: HotRoom, references: References): Promise<KnownEvents> {
  const eventIds = new Set(referencedIds(references))
  const events: RoomEvent[] = []
  const elsewhere: string[] = []
  for (const eventId of eventIds) {
    const held = room.eventById(eventId)
    if (!held) elsewhere.push(eventId)
    else if (isJudged(held)) events.push(held)
  }
  if (elsewhere.length > 0) {
    const rows = (await eventsByIds(context.store.read, elsewhere)).filter(({ roomNid }) => roomNid === room.nid)
    events.push(...loadedEvents(room, rows).filter(isJudged))
  }
  return { events, isWhole: events.length === eventIds.size }
}

/** The same without outliers, at which no state is known. */
async function historyOf(context: RoomsContext, room: HotRoom, references: References): Promise<KnownEvents> {
  const { events, isWhole } = await eventsOfRoom(context, room, references)
  const placed = events.filter(({ flags }) => (flags & eventFlag.outlier) === 0)
  return { events: placed, isWhole: isWhole && placed.length === events.length }
}
