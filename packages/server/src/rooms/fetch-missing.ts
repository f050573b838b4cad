// Asks other servers for what an event needs: the events before it, those that authorise it, or the state before it.
import { referencedIds } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import { isEventId } from '@myelin/protocol/identifiers'
import { parseJsonText } from '@myelin/protocol/json-text'
import { getMissingPreviousEvents } from '@myelin/protocol/server-server/backfill'
import { getEventAuth } from '@myelin/protocol/server-server/event_auth'
import { getEvent, getRoomState, getRoomStateIds } from '@myelin/protocol/server-server/events'
import { FederationError } from '../federation/federation-error.ts'
import { streamAnswer } from '../federation/streamed-answer.ts'
import {
  federationLongAnswerBytesMax,
  federationRequestTimeoutMs,
  missingEventsBytesMax,
  missingEventsMax,
  missingEventsTimeoutMs,
  missingRoundsMax,
  recoveryStatesMax,
  stateEventsFetchedSinglyMax,
} from '../federation-limits.ts'
import { eventPlaces, type EventPlace } from '../store/events.ts'
import type { IncomingEvent } from './admit-write.ts'
import { historyFloor } from './arrival.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { EventImport } from './import-events.ts'
import { Pace } from '../federation/pace.ts'
import { federationOf, parseIncoming, verifyIncoming } from './read-incoming.ts'
import { inOrder } from './receive.ts'
import { EventDropped, KeyAwaited } from './refusals.ts'
import { countsAsRejected, eventFlag } from './room-event.ts'
import { readStateAnswer } from './state-answer.ts'

/** The search for what one event needs. */
export interface Recovery {
  readonly context: RoomsContext
  readonly room: HotRoom
  /** Servers to ask, in this order. */
  readonly servers: readonly string[]
  /** Ends it. */
  readonly signal: AbortSignal
  /** What was asked so far; which servers could not be reached; a server whose key is wanting for the events before. */
  readonly asked: { states: number; readonly unreached: Set<string>; lacksKeyOf?: string }
}

/** Nothing was asked yet. */
export const newAsked = (): Recovery['asked'] => ({ states: 0, unreached: new Set() })

/** The events before an event back to the room's heads that are not known, the lowest first: as many as servers give. */
export async function fetchMissing(recovery: Recovery, incoming: IncomingEvent): Promise<IncomingEvent[]> {
  const found = new Map([[incoming.eventId, incoming]])
  const servers = [...recovery.servers]
  for (let round = 0; round < missingRoundsMax; round++) {
    const latest = await withUnknownBefore(recovery, found)
    const [server] = servers
    if (latest.length === 0 || server === undefined) break
    if (!(await findMore(recovery, found, { server, latest }))) servers.shift()
  }
  return inDepth(found, incoming)
}

function inDepth(found: Map<string, IncomingEvent>, incoming: IncomingEvent): IncomingEvent[] {
  found.delete(incoming.eventId)
  return [...found.values()].toSorted((a, b) => a.pdu.depth - b.pdu.depth)
}

/** Those of the events that follow one that is neither known nor among them. */
async function withUnknownBefore(
  { context, room }: Recovery,
  found: ReadonlyMap<string, IncomingEvent>,
): Promise<IncomingEvent[]> {
  const before = new Set([...found.values()].flatMap(({ pdu }) => referencedIds(pdu.prev_events)))
  const unknown = new Set([...before].filter((eventId) => !found.has(eventId) && !room.eventById(eventId)))
  for (const { eventId, roomNid, flags } of await eventPlaces(context.store.read, [...unknown]))
    if (roomNid === room.nid && (flags & eventFlag.outlier) === 0) unknown.delete(eventId)
  const follows = ({ pdu }: IncomingEvent) => referencedIds(pdu.prev_events).some((eventId) => unknown.has(eventId))
  return [...found.values()].filter(follows)
}

interface Round {
  readonly server: string
  readonly latest: readonly IncomingEvent[]
}

/** One request; whether it brought anything new. */
async function findMore(
  { context, room, signal, asked }: Recovery,
  found: Map<string, IncomingEvent>,
  { server, latest }: Round,
): Promise<boolean> {
  const floor = historyFloor(context, room)
  const body = {
    earliest_events: room.heads.map(({ eventId }) => eventId).slice(-missingEventsMax),
    latest_events: latest.map(({ eventId }) => eventId).slice(0, missingEventsMax),
    limit: missingEventsMax,
    min_depth: Math.min(floor, ...latest.map(({ pdu }) => pdu.depth)),
  }
  const input = { path: { roomId: room.roomId }, body }
  const limits = { timeoutMs: missingEventsTimeoutMs, responseBytesMax: missingEventsBytesMax }
  const options = { ...limits, signal, evenIfFailing: true }
  // It has just sent an event, or another did that is of the room: a failure from before does not count.
  const { peers } = federationOf(context)
  const answer = await peers.call(server, getMissingPreviousEvents, input, options).catch((error: unknown) => {
    if (!(error instanceof FederationError)) throw error
    noteUnreached(asked, error)
  })
  const values = answer?.events.slice(0, missingEventsMax) ?? []
  const before = found.size
  for (const event of await readAll({ context, room, asked }, values))
    if (!found.has(event.eventId) && event.pdu.depth >= floor) found.set(event.eventId, event)
  return found.size > before
}

/** Those of the values that are events, signed as they must be. */
async function readAll(
  { context, room, asked }: Pick<Recovery, 'context' | 'room' | 'asked'>,
  values: readonly unknown[],
): Promise<IncomingEvent[]> {
  const pace = new Pace(context.environment)
  const read: IncomingEvent[] = []
  for (const value of values) {
    try {
      read.push(parseIncoming(value, room.rules))
    } catch (error) {
      if (!(error instanceof MatrixError)) throw error
    }
    await pace.breathe()
  }
  const verdicts = await Promise.allSettled(read.map((event) => verifyIncoming(context, event, room.rules)))
  for (const verdict of verdicts)
    if (verdict.status === 'rejected' && verdict.reason instanceof KeyAwaited)
      asked.lacksKeyOf = verdict.reason.serverName
  return read.filter((_, index) => verdicts[index]?.status === 'fulfilled')
}

function noteUnreached({ unreached }: Recovery['asked'], error: unknown): void {
  if (error instanceof FederationError && error.kind === 'unreachable') unreached.add(error.serverName)
}

/** What a server answers, undefined if it refuses. A state that lacks what a broken connection lost is none. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof FederationError && error.kind !== 'unreachable') return undefined
    throw error
  }
}

/** What the first server answers that does. */
async function askInTurn<T>({ servers, asked }: Recovery, ask: (server: string) => Promise<T>): Promise<T> {
  let cause: unknown
  for (const server of servers)
    try {
      return await ask(server)
    } catch (error) {
      // Another server gives the same, and the key comes from neither.
      if (!(error instanceof MatrixError) || error instanceof KeyAwaited) throw error
      noteUnreached(asked, error)
      cause = error
    }
  throw new EventDropped('missing', 'No server gives what it needs', { cause })
}

const importInto = ({ context, room }: Recovery): EventImport =>
  new EventImport(context, room, { alone: (work) => inOrder(context, room, work) })

/** An event, and ids of those it cites. */
export interface Citing {
  readonly eventId: string
  readonly cited: readonly string[]
}

/** Takes in what authorises an event, from the first server that leaves out nothing it cites. Throws EventDropped, KeyAwaited. */
export async function fetchAuthChain(recovery: Recovery, { eventId, cited }: Citing): Promise<void> {
  countState(recovery)
  await askInTurn(recovery, async (server) => {
    const importing = importInto(recovery)
    await readAuthChain(recovery, importing, { server, eventId })
    importing.requireKeys()
    const places = await placesOf(recovery, cited)
    if (!cited.every((each) => isSettled(places.get(each))))
      throw new EventDropped('missing', 'What it cites cannot be had')
  })
}

const readAuthChain = (
  { context, room, signal }: Recovery,
  importing: EventImport,
  { server, eventId }: { readonly server: string; readonly eventId: string },
) => {
  const input = { path: { roomId: room.roomId, eventId } }
  return readStateAnswer(context, importing, { server, definition: getEventAuth, input, signal })
}

/** What was stored and never judged comes again, to be judged with what it cites. */
const isSettled = (place: EventPlace | undefined): boolean =>
  place !== undefined && (place.flags & eventFlag.unjudged) === 0

/**
 * Root of the state before an event, as a server says; every event of it is checked. A state with holes would be believed
 * for good. Throws EventDropped, KeyAwaited.
 */
export async function fetchStateBefore(recovery: Recovery, eventId: string): Promise<number> {
  countState(recovery)
  return askInTurn(recovery, async (server) => {
    const { state, authChain } = await readStateIds(recovery, { server, eventId })
    const all = [...authChain.union(state)]
    const known = await placesOf(recovery, all)
    const missing = all.filter((each) => !isSettled(known.get(each)))
    await importMissing(recovery, { server, eventId, missing })
    return rootOf(recovery.room, await placesOf(recovery, [...state]))
  })
}

interface StateIds {
  readonly state: Set<string>
  readonly authChain: Set<string>
}

/** The ids of a state, of which there may be hundreds of thousands. Throws FederationError. */
async function readStateIds(
  { context, room, signal }: Recovery,
  { server, eventId }: { readonly server: string; readonly eventId: string },
): Promise<StateIds> {
  const ids = { state: new Set<string>(), authChain: new Set<string>() }
  const stream = streamAnswer(federationOf(context).peers, server, {
    definition: getRoomStateIds,
    input: { path: { roomId: room.roomId }, query: { event_id: eventId } },
    lists: ['pdu_ids', 'auth_chain_ids'],
    values: [],
    bytesMax: federationLongAnswerBytesMax,
    answerTimeoutMs: federationRequestTimeoutMs,
    signal,
    evenIfFailing: true,
  })
  for await (const { key, text } of stream) {
    const id = parseJsonText(text)
    if (typeof id !== 'string' || !isEventId(id))
      throw new FederationError('malformed', server, 'gave a state of what are no event ids')
    ids[key === 'pdu_ids' ? 'state' : 'authChain'].add(id)
  }
  return ids
}

function countState({ asked }: Recovery): void {
  if (++asked.states > recoveryStatesMax) throw new EventDropped('missing', 'Too much would have to be fetched')
}

interface Importing {
  readonly server: string
  readonly eventId: string
  readonly missing: readonly string[]
}

/** A few events one by one; many of them, or where one of a few is refused, with the whole state. */
async function importMissing(recovery: Recovery, { server, eventId, missing }: Importing): Promise<void> {
  if (missing.length === 0) return
  const { context, room, signal } = recovery
  const importing = importInto(recovery)
  const fetched = missing.length > stateEventsFetchedSinglyMax ? [] : await fetchSingly(recovery, server, missing)
  if (fetched.length === missing.length) {
    for (const value of fetched) await importing.add(value)
    await importing.judge(signal)
  } else {
    const input = { path: { roomId: room.roomId }, query: { event_id: eventId } }
    await readStateAnswer(context, importing, { server, definition: getRoomState, input, signal })
  }
  await fetchLeftOut(recovery, importing)
  importing.requireKeys()
}

/** Each server is asked once for what a state was given without; what cannot be judged even then is no part of it. */
async function fetchLeftOut(recovery: Recovery, importing: EventImport): Promise<void> {
  for (const server of recovery.servers) {
    const eventId = importing.unjudged
    if (eventId === undefined) return
    await unlessFailed(readAuthChain(recovery, importing, { server, eventId }))
  }
}

async function unlessFailed(answer: Promise<unknown>): Promise<void> {
  try {
    await answer
  } catch (error) {
    if (!(error instanceof MatrixError)) throw error // another server may give it
  }
}

async function fetchSingly(
  { context, signal }: Recovery,
  server: string,
  eventIds: readonly string[],
): Promise<unknown[]> {
  const { peers } = federationOf(context)
  const options = { signal, evenIfFailing: true }
  const answers = await Promise.all(
    eventIds.map((eventId) => unlessRefused(peers.call(server, getEvent, { path: { eventId } }, options))),
  )
  return answers.flatMap((answer) => answer?.pdus ?? [])
}

/** Where events of the room are stored, by id. */
async function placesOf({ context, room }: Recovery, eventIds: readonly string[]): Promise<Map<string, EventPlace>> {
  const found = new Map<string, EventPlace>()
  const pace = new Pace(context.environment)
  for (let at = 0; at < eventIds.length; at += placesReadAtOnce) {
    for (const place of await eventPlaces(context.store.read, eventIds.slice(at, at + placesReadAtOnce)))
      if (place.roomNid === room.nid) found.set(place.eventId, place)
    await pace.breathe()
  }
  return found
}

const placesReadAtOnce = 200

function rootOf(room: HotRoom, places: ReadonlyMap<string, EventPlace>): number {
  const counts = ({ slot, flags }: EventPlace) => slot !== null && !countsAsRejected(flags)
  const entries = [...places.values()].filter(counts).map(({ slot, nid }) => [slot ?? 0, nid] as const)
  const root = room.arena.setAll(room.arena.empty, entries)
  if (room.stateNidAt(root, 'm.room.create') !== 0) return root
  throw new EventDropped('missing', 'The state before it cannot be had')
}
