// Judges the events of an import by those they cite. They are read back from the store a few at a time; of those that
// others cite the text is kept until the last one that does has been judged.
import { authorize, authorizeByAuthEvents, type Rejection } from '@myelin/algorithms/auth'
import type { AuthEvent } from '@myelin/algorithms/event'
import { importedEventsPerWrite } from '../federation-limits.ts'
import { eventsByIds, eventsByNids, setEventFlags } from '../store/events.ts'
import { saveRefusal } from '../store/refusals.ts'
import { noteStateEvent } from './auth-graph.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import type { ImportIndex } from './import-index.ts'
import { Pace } from '../federation/pace.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { loadedEvents } from './stored-event.ts'
import { WriteBehind } from './write-behind.ts'

interface Judging {
  readonly context: RoomsContext
  readonly room: HotRoom
  readonly index: ImportIndex
  /** Events that others cite, by number. */
  readonly held: Map<number, AuthEvent>
  /** How many of those that wait cite an event, by number. */
  readonly citers: Map<number, number>
  readonly create: AuthEvent | undefined
  /** Why events were rejected, by number, until that is stored. */
  readonly refusals: Map<number, Rejection>
}

/**
 * "Passes authorization rules based on the event's auth events, otherwise it is rejected." What cites an event that is not
 * here cannot be judged: it stays as it is until it comes again, with what it cites.
 */
export async function judgeImported(
  context: RoomsContext,
  room: HotRoom,
  { index, signal }: { readonly index: ImportIndex; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  await findCited(context, room, index)
  const order = index.inAuthOrder()
  const citers = new Map<number, number>()
  for (const at of order) for (const each of index.cited(at)) citers.set(each, (citers.get(each) ?? 0) + 1)
  const create = await createEvent(context, room)
  const judging = { context, room, index, held: new Map(), citers, create, refusals: new Map() }
  await holdKnown(judging)
  const pace = new Pace(context.environment)
  const writes = new WriteBehind()
  for (let from = 0; from < order.length; from += importedEventsPerWrite) {
    signal?.throwIfAborted()
    const numbers = order.slice(from, from + importedEventsPerWrite)
    const events = await eventsOf(judging, numbers)
    for (const at of numbers) {
      judgeOne(judging, at, events.get(index.nid(at)))
      await pace.breathe()
    }
    await writes.next(() => writeVerdicts(judging, numbers))
  }
  await writes.end()
}

/** What is cited and did not come with the import may be known from before. */
async function findCited(context: RoomsContext, room: HotRoom, index: ImportIndex): Promise<void> {
  const ids = index.unknownIds()
  for (let from = 0; from < ids.length; from += importedEventsPerWrite)
    for (const row of await eventsByIds(context.store.read, ids.slice(from, from + importedEventsPerWrite))) {
      if (row.roomNid !== room.nid || (row.flags & eventFlag.unjudged) !== 0) continue
      const status = (row.flags & eventFlag.rejected) !== 0 ? 'rejected' : 'accepted'
      index.add({ eventId: row.eventId, nid: row.nid, slot: row.slot ?? undefined, status, cited: [] })
    }
}

/** The create event of a room whose id is that event's hash, which is cited by nothing. */
async function createEvent(context: RoomsContext, room: HotRoom): Promise<AuthEvent | undefined> {
  if (!room.rules.roomIdIsCreateHash) return undefined
  const rows = await eventsByIds(context.store.read, [`$${room.roomId.slice(1)}`])
  const create = loadedEvents(room, rows)[0]?.authEvent
  return (
    create && {
      ...create,
      rejected: authorize({ ...create, rejected: false }, () => undefined, room.rules) !== undefined,
    }
  )
}

/** Holds those that are cited and judged already. */
async function holdKnown({ context, room, index, held, citers }: Judging): Promise<void> {
  const known = [...citers.keys()].filter((at) => index.status(at) === 'accepted')
  for (let from = 0; from < known.length; from += importedEventsPerWrite) {
    const numbers = known.slice(from, from + importedEventsPerWrite)
    const events = await eventsOf({ context, room, index }, numbers)
    for (const at of numbers) {
      const event = events.get(index.nid(at))
      if (event) held.set(at, event.authEvent)
    }
  }
}

async function eventsOf(
  { context, room, index }: Pick<Judging, 'context' | 'room' | 'index'>,
  numbers: readonly number[],
) {
  const rows = await eventsByNids(
    context.store.read,
    numbers.map((at) => index.nid(at)),
  )
  return new Map(loadedEvents(room, rows).map((event) => [event.nid, event]))
}

function judgeOne(
  { room, index, held, citers, create, refusals }: Judging,
  at: number,
  event: RoomEvent | undefined,
): void {
  const cited = index.cited(at)
  const authEvents = cited.flatMap((each) => held.get(each) ?? [])
  for (const each of cited) release(held, citers, each)
  const statuses = new Set(cited.map((each) => index.status(each)))
  if (!statuses.has('rejected') && (statuses.has('unknown') || statuses.has('unjudged')))
    return index.judged(at, 'unjudged')
  const refusal = event && refusalOf(room, { event, cited, authEvents, create })
  if (refusal) refusals.set(at, refusal)
  const isAccepted = event !== undefined && refusal === undefined
  index.judged(at, isAccepted ? 'accepted' : 'rejected')
  if (!event) return
  if (isAccepted && citers.has(at)) held.set(at, { ...event.authEvent, rejected: false })
  // It may have come into its place meanwhile.
  if ((event.flags & eventFlag.unjudged) === 0) return
  event.judged(isAccepted)
  const slot = index.slot(at)
  if (slot === undefined || !room.authDag) return
  const authNids = cited.map((each) => index.nid(each)).filter((nid) => nid !== 0)
  noteStateEvent(room, event, { slot, authNids, isRejected: !isAccepted })
}

interface Judged {
  readonly event: RoomEvent
  readonly cited: readonly number[]
  readonly authEvents: readonly AuthEvent[]
  readonly create: AuthEvent | undefined
}

function refusalOf(room: HotRoom, { event, cited, authEvents, create }: Judged): Rejection | undefined {
  if (authEvents.length < cited.length) return { rule: 'cited', reason: 'What it cites was rejected' }
  return authorizeByAuthEvents({ ...event.authEvent, rejected: false }, { authEvents, create }, room.rules)
}

function release(held: Map<number, AuthEvent>, citers: Map<number, number>, at: number): void {
  const left = (citers.get(at) ?? 1) - 1
  if (left > 0) citers.set(at, left)
  else {
    citers.delete(at)
    held.delete(at)
  }
}

async function writeVerdicts({ context, index, refusals }: Judging, numbers: readonly number[]): Promise<void> {
  const nidsOf = (status: string) =>
    numbers.flatMap((at) => (index.status(at) === status && index.nid(at) !== 0 ? [index.nid(at)] : []))
  const ts = context.environment.now()
  await context.store.write((w) => {
    // Some may have come into their places meanwhile.
    const only = eventFlag.unjudged
    setEventFlags(w, nidsOf('accepted'), { flags: eventFlag.outlier, only })
    setEventFlags(w, nidsOf('rejected'), { flags: eventFlag.outlier | eventFlag.rejected, only })
    for (const [at, refusal] of refusals) saveRefusal(w, { eventNid: index.nid(at), ...refusal, ts })
  })
  for (const { rule } of refusals.values()) context.refusals.count('rejected', rule)
  refusals.clear()
}
