// The events of a transaction: each goes into its room, and fails by itself. What can be judged by what is held here is in
// its room before the answer; what needs other servers, if only a key, is kept on disk and judged later.
// https://spec.matrix.org/v1.19/server-server-api/#transactions
import { authTypes } from '@myelin/algorithms/auth-events'
import { isObject, stringMember } from '@myelin/algorithms/json'
import { reasonOf } from '../federation/federation-error.ts'
import { keyHoldsUpMs } from '../federation-limits.ts'
import type { IncomingEvent } from './admit-write.ts'
import { inCausalOrder } from './causal-order.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { Pace } from '../federation/pace.ts'
import { receiveAside } from './place-aside.ts'
import { parseIncoming, verifyIncoming } from './read-incoming.ts'
import { eventsOfRoom, inOrder, receiveHeld } from './receive.ts'
import { dropRuleOf, EventDropped, KeyAwaited } from './refusals.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { roomNid } from './room-ids.ts'
import { isAdmitted } from './server-access.ts'

/** What became of an event: nothing to say, or why it was refused. */
export interface PduResult {
  readonly error?: string
}

export interface ReceivedPdus {
  readonly origin: string
  readonly pdus: readonly unknown[]
}

/** What came of the events of a transaction. */
export interface ReceivedResults {
  /** By event id. */
  readonly results: Readonly<Record<string, PduResult>>
  /** Resolves when what was taken in is durable; what was kept for later is. */
  readonly durable: Promise<unknown>
}

/** Receives the events of a transaction. */
export async function receivePdus(context: RoomsContext, { origin, pdus }: ReceivedPdus): Promise<ReceivedResults> {
  const byRoom = Map.groupBy(pdus, (pdu) => (isObject(pdu) ? (stringMember(pdu, 'room_id') ?? '') : ''))
  const results = new Map<string, PduResult>()
  const durable: Promise<unknown>[] = []
  const receiveRoom = async ([roomId, values]: readonly [string, readonly unknown[]]) => {
    const nid = await roomNid(context, roomId)
    // Without the room its version is unknown, and without that the ids of its events.
    if (nid !== undefined)
      await context.hotRooms.use(nid, (room) => receiveInRoom({ context, room, origin, results, durable }, values))
  }
  await Promise.all(Array.from(byRoom, receiveRoom))
  return { results: Object.fromEntries(results), durable: Promise.all(durable) }
}

interface Receiving {
  readonly context: RoomsContext
  readonly room: HotRoom
  readonly origin: string
  /** By event id. */
  readonly results: Map<string, PduResult>
  /** Gets what resolves when an event that was taken in is durable. */
  readonly durable: Promise<unknown>[]
}

async function receiveInRoom(receiving: Receiving, values: readonly unknown[]): Promise<void> {
  const { context, room } = receiving
  const valid = await readAll(receiving, values)
  // Nobody waits for what takes long, and least of all for a join.
  if (room.longWorks > 0) return void (await Promise.all(valid.map((incoming) => keep(receiving, incoming, true))))
  const kept: Promise<void>[] = []
  await inOrder(context, room, async () => {
    // What is read for all of them is read at once; from here to the end nobody else takes events in.
    await room.loadState(valid.flatMap(({ authEvent }) => authTypes(authEvent, room.rules)))
    const { events } = await eventsOfRoom(
      context,
      room,
      valid.map(({ eventId }) => eventId),
    )
    const stored = new Map(events.map((event) => [event.eventId, event]))
    for (const incoming of inCausalOrder(valid))
      await orDropped(receiving, incoming.eventId, () => receiveOne(receiving, { incoming, stored, kept }))
  })
  await Promise.all(kept)
}

/** Steps 1 to 3 for all of them, so that their signatures are verified together. */
async function readAll(receiving: Receiving, values: readonly unknown[]): Promise<IncomingEvent[]> {
  const pace = new Pace(receiving.context.environment)
  const isBarred = !isAdmitted(receiving.room, receiving.origin)
  const reading: Promise<IncomingEvent | undefined>[] = []
  for (const value of values) {
    const read = readOne(receiving, value, isBarred)
    read.catch(() => undefined) // it counts when all are waited for
    reading.push(read)
    await pace.breathe()
  }
  return (await Promise.all(reading)).filter((incoming) => incoming !== undefined)
}

/** An event that can be judged; undefined for one that was refused, or is kept until a key can be had. */
async function readOne(receiving: Receiving, value: unknown, isBarred: boolean): Promise<IncomingEvent | undefined> {
  const { context, room } = receiving
  let incoming: IncomingEvent | undefined
  try {
    incoming = parseIncoming(value, room.rules)
    if (isBarred) throw new EventDropped('acl', 'Your server is banned from the room')
    await verifyIncoming(context, incoming, room.rules, { keyWaitMs: keyHoldsUpMs })
    return incoming
  } catch (error) {
    if (!incoming || !(error instanceof KeyAwaited)) return void noteDropped(receiving, incoming?.eventId, error)
  }
  await orDropped(receiving, incoming.eventId, () => keep(receiving, incoming, false))
  return undefined
}

/** The work; an event that is refused is noted, and the others go on. */
async function orDropped(receiving: Receiving, eventId: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    noteDropped(receiving, eventId, error)
  }
}

/** Notes why an event was refused. Throws what is no refusal. */
function noteDropped({ context, room, origin, results }: Receiving, eventId: string | undefined, error: unknown): void {
  const rule = dropRuleOf(error)
  if (rule === 'fault') throw error
  const reason = reasonOf(error)
  context.refusals.drop(eventId, { rule, reason, origin, roomId: room.roomId, ts: context.environment.now() })
  if (eventId !== undefined) results.set(eventId, { error: reason })
}

interface One {
  readonly incoming: IncomingEvent
  /** Those of the transaction that are known, by id. */
  readonly stored: Map<string, RoomEvent>
  /** Gets what resolves when an event that is kept for later is durable. */
  readonly kept: Promise<void>[]
}

/** Takes an event in or keeps it for later. */
async function receiveOne(receiving: Receiving, { incoming, stored, kept }: One): Promise<void> {
  const { context, room, origin, results, durable } = receiving
  let error: string | undefined
  if (room.localJoined.size === 0) await receiveAside(context, room, { origin, received: incoming })
  else {
    const outcome = await receiveHeld(context, room, { incoming, mode: 'live', stored })
    if ('event' in outcome) {
      durable.push(outcome.durable)
      stored.set(incoming.eventId, outcome.event) // it may be there twice
      if ((outcome.event.flags & eventFlag.rejected) !== 0) error = 'The event was rejected'
    } else kept.push(keep(receiving, incoming, true))
  }
  results.set(incoming.eventId, error === undefined ? {} : { error })
}

/** Keeps an event for later; a failure counts when it is waited for. */
function keep(receiving: Receiving, incoming: IncomingEvent, isVerified: boolean): Promise<void> {
  const { context, room, origin, results } = receiving
  const kept = context.stagedEvents.stage(room, { origin, incoming, isVerified })
  kept.catch(() => undefined)
  results.set(incoming.eventId, {})
  return kept
}
