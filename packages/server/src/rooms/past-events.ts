// Takes fetched history into a room: each event checked as one on receipt, judged by the state before it, and placed
// before the oldest or in its gap. The room's state, heads, members and counters stay as they are, and nobody is woken.
import { referencedIds, roomIdOf } from '@myelin/algorithms/event'
import { MatrixError } from '@myelin/protocol/errors'
import { backfillStatesMax } from '../federation-limits.ts'
import { eventPlaces, eventsByIds, placeEvent } from '../store/events.ts'
import type { HistoryGap } from '../store/history-gaps.ts'
import { placesInGap } from '../store/places.ts'
import { totalsUpTo } from '../store/read-marks.ts'
import { relatedAmong } from '../store/relations.ts'
import type { Write } from '../store/store.ts'
import { adoptReplies } from '../store/threads.ts'
import { judge } from './admit.ts'
import { resolveStates } from './auth-graph.ts'
import { standBeside, standsBeside } from './beside-timeline.ts'
import type { RoomsContext } from './context.ts'
import { type StateBefore, stateAfter } from './dag-state.ts'
import { fetchAuthChain, fetchStateBefore, type Recovery } from './fetch-missing.ts'
import type { HistoryEdge } from './history-edge.ts'
import type { HotRoom } from './hot-room.ts'
import { EventImport } from './import-events.ts'
import { parseIncoming } from './read-incoming.ts'
import { eventsOfRoom, inOrder } from './receive.ts'
import { applyRedaction } from './redaction.ts'
import { EventDropped } from './refusals.ts'
import { findRelating, writeRelation } from './relate.ts'
import { countsAsRejected, eventFlag, RoomEvent } from './room-event.ts'
import { type PastEvent, type Stretch, stretchBackwards } from './state-backwards.ts'
import { type StatePlace, storeState } from './state-change.ts'
import { findEvent, loadedEvents } from './stored-event.ts'

export interface FetchedHistory {
  readonly edge: HistoryEdge
  readonly events: readonly unknown[]
}

/** Takes in what leads up to the edge; resolves to how many events have come into the timeline, when they are durable. */
export async function takeHistory(recovery: Recovery, { edge, events }: FetchedHistory): Promise<number> {
  const { context, room } = recovery
  const past = await pastOf(context, room, { edge, events })
  if (past.length === 0) return 0
  const isCitedHere = !room.partial && (await fetchCited(recovery, past))
  const early = isCitedHere ? undefined : { past, states: await fetchStates(recovery, past) }
  if (room.partial) await fetchCited(recovery, past)
  const importing = new EventImport(context, room, {
    alone: (work) => inOrder(context, room, work),
    isHistory: true,
  })
  for (const { value } of past) await importing.add(value)
  await importing.judge()
  const known = early ?? (await stretchBackwards(context, room, { edge, past }))
  const stretch = known ?? { past, states: await fetchStates(recovery, past) }
  return inOrder(context, room, () => placeAll(context, room, { edge, ...stretch }))
}

/**
 * Takes in an event that a reader has named, with what leads up to it, beside the timeline. False where it is not among the
 * events.
 */
export async function takeBeside(
  recovery: Recovery,
  { eventId, events }: { readonly eventId: string; readonly events: readonly unknown[] },
): Promise<boolean> {
  const { context, room } = recovery
  const given = await pastOf(context, room, { edge: { missing: [eventId], depthMin: 0 }, events })
  const { stored } = await beginPlacing(context, room, given)
  // What stands there already has its state.
  const past = given.filter((each) => !isBeside(stored.get(each.eventId)))
  if (past.at(-1)?.eventId !== eventId) return false
  await fetchCited(recovery, past)
  const importing = new EventImport(context, room, { alone: (work) => inOrder(context, room, work) })
  for (const { value } of past) await importing.add(value)
  await importing.judge(recovery.signal)
  const states = await fetchStates(recovery, past)
  await inOrder(context, room, () => placeBeside(context, room, { past, states }))
  return true
}

const isBeside = (event: RoomEvent | undefined) => event !== undefined && standsBeside(event)

async function placeBeside(context: RoomsContext, room: HotRoom, { past, states }: Stretch): Promise<void> {
  const { stored, progress } = await beginPlacing(context, room, past)
  const near = { root: room.root, snapshot: room.snapshot }
  for (const { eventId, previous } of past) {
    const event = stored.get(eventId)
    const others = previous.filter((each) => !progress.after.has(each))
    const root = states.get(eventId)
    // Where the state is not certain, nothing that comes later stands on it.
    const isKnown = root !== undefined || (await historyOf(context, room, others)).length === others.length
    if (!event || !isKnown || (event.isState && (event.flags & eventFlag.unjudged) !== 0)) break
    if ((event.flags & eventFlag.outlier) === 0) continue
    const before = root === undefined ? await stateAmong(context, room, { progress, previous }) : { root, near }
    if (!before) break
    const standing = await standBeside(context, room, { event, before, isRelated: progress.related.has(eventId) })
    progress.after.set(eventId, standing ? { root: standing.after.root, near: standing.after } : before)
    if (standing) progress.writes.push(standing.durable)
  }
  await Promise.all(progress.writes)
}

/** Those that lead up to the edge and are not in their place yet, each after those it follows. */
async function pastOf(
  context: RoomsContext,
  room: HotRoom,
  { events, edge }: { readonly edge: Pick<HistoryEdge, 'missing' | 'depthMin'> } & Pick<FetchedHistory, 'events'>,
): Promise<PastEvent[]> {
  const read = events.flatMap((value) => readPast(room, value)).filter(({ depth }) => depth >= edge.depthMin)
  const given = new Map(read.map((past) => [past.eventId, past]))
  for (const { eventId, flags } of await eventPlaces(context.store.read, [...given.keys()]))
    if ((flags & eventFlag.outlier) === 0) given.delete(eventId)
  const order: PastEvent[] = []
  const seen = new Set<string>()
  const path = edge.missing.toReversed().map((eventId) => ({ eventId, isEntered: false }))
  for (let top = path.pop(); top; top = path.pop()) {
    const past = given.get(top.eventId)
    if (!past) continue
    if (top.isEntered) order.push(past)
    else if (!seen.has(top.eventId)) {
      seen.add(top.eventId)
      path.push({ eventId: top.eventId, isEntered: true })
      for (const eventId of past.previous) path.push({ eventId, isEntered: false })
    }
  }
  return order
}

function readPast(room: HotRoom, value: unknown): PastEvent[] {
  try {
    const { pdu, eventId } = parseIncoming(value, room.rules, { isHistory: true })
    if (roomIdOf(pdu, eventId) !== room.roomId) return []
    const { depth, prev_events: previous, auth_events: cited } = pdu
    return [{ eventId, value, depth, previous: referencedIds(previous), cited: referencedIds(cited) }]
  } catch (error) {
    if (error instanceof MatrixError) return [] // as if it had not been given
    throw error
  }
}

/** The states before those that follow something which is not here and was not given: roots by event id. */
async function fetchStates(recovery: Recovery, past: readonly PastEvent[]): Promise<ReadonlyMap<string, number>> {
  const { context, room } = recovery
  const given = new Set(past.map(({ eventId }) => eventId))
  const states = new Map<string, number>()
  for (const { eventId, previous } of past) {
    const others = previous.filter((each) => !given.has(each))
    if (others.length === 0 || states.size >= backfillStatesMax) continue
    const known = await historyOf(context, room, others)
    if (known.length === others.length) continue
    const root = await fetchStateBefore(recovery, eventId).catch((error: unknown) => {
      // Then the state is made of what it follows that is here, if there is anything.
      if (!(error instanceof EventDropped) || known.length + previous.length === others.length) throw error
      return undefined
    })
    if (root !== undefined) states.set(eventId, root)
  }
  return states
}

/** What they cite and nobody has here is asked for, once. Whether it is all here then. */
async function fetchCited(recovery: Recovery, past: readonly PastEvent[]): Promise<boolean> {
  const newest = await lastCitingUnknown(recovery, past)
  if (!newest) return true
  const given = new Set(past.map(({ eventId }) => eventId))
  try {
    await fetchAuthChain(recovery, { ...newest, cited: newest.cited.filter((eventId) => !given.has(eventId)) })
  } catch (error) {
    if (!(error instanceof EventDropped)) throw error // then it is not judged, unless it comes with the state
  }
  return (await lastCitingUnknown(recovery, past)) === undefined
}

async function lastCitingUnknown({ context }: Recovery, past: readonly PastEvent[]): Promise<PastEvent | undefined> {
  const given = new Set(past.map(({ eventId }) => eventId))
  const cited = new Set(past.flatMap((each) => each.cited).filter((eventId) => !given.has(eventId)))
  for (const { eventId, flags } of await eventPlaces(context.store.read, [...cited]))
    if ((flags & eventFlag.unjudged) === 0) cited.delete(eventId)
  return past.findLast((each) => each.cited.some((eventId) => cited.has(eventId)))
}

interface Placing extends Stretch {
  readonly edge: HistoryEdge
}

/** What has been worked out so far. */
interface Progress {
  /** Ids of those to which events relate that were here before. */
  readonly related: ReadonlySet<string>
  /** States after events, refused ones too. */
  readonly after: Map<string, StateBefore>
  readonly placed: Map<string, RoomEvent>
  readonly writes: Promise<unknown>[]
}

async function placeAll(context: RoomsContext, room: HotRoom, { edge, past, states }: Placing): Promise<number> {
  const { stored, progress } = await beginPlacing(context, room, past)
  const near = await placeOfOldest(context, room, edge)
  // What a gap has no more places for is left out.
  const places = placesAt(edge, past.length)
  for (const [index, { eventId, previous }] of past.entries()) {
    const event = stored.get(eventId)
    const at = event?.ord ?? places.at(index - past.length)
    if (!event || at === undefined || (event.flags & eventFlag.outlier) === 0) continue
    const root = states.get(eventId)
    const before = root === undefined ? await stateAmong(context, room, { progress, previous }) : { root, near }
    if (before) await placeOne(context, room, { event, at, gap: edge.gap, before, progress })
  }
  await Promise.all(progress.writes)
  return progress.placed.size
}

/** The events as they are stored, by id. */
async function beginPlacing(
  context: RoomsContext,
  room: HotRoom,
  past: readonly PastEvent[],
): Promise<{ readonly stored: ReadonlyMap<string, RoomEvent>; readonly progress: Progress }> {
  const eventIds = past.map(({ eventId }) => eventId)
  const rows = (await eventsByIds(context.store.read, eventIds)).filter(({ roomNid }) => roomNid === room.nid)
  const stored = new Map(loadedEvents(room, rows).map((event) => [event.eventId, event]))
  const related = await relatedAmong(context.store.read, { roomNid: room.nid, eventIds })
  return { stored, progress: { related, after: new Map(), placed: new Map(), writes: [] } }
}

/** Places for events before the edge, in order. */
function placesAt({ gap, oldest }: HistoryEdge, count: number): number[] {
  if (gap) return placesInGap(gap.ord, oldest.ord ?? gap.ord, count)
  const first = Math.min(oldest.ord ?? 0, 0)
  return Array.from({ length: count }, (_, at) => first - count + at)
}

/** A stored state that differs little from those before it. */
async function placeOfOldest(context: RoomsContext, room: HotRoom, { oldest }: HistoryEdge): Promise<StatePlace> {
  const [event] = await room.events([oldest.nid])
  const isApart = !event || (event.flags & eventFlag.outlier) !== 0
  return isApart ? { root: room.root, snapshot: room.snapshot } : stateAfter(context, room, event)
}

/** The state before an event by what it follows: those of the same batch, and those known from before. */
async function stateAmong(
  context: RoomsContext,
  room: HotRoom,
  { progress, previous }: { readonly progress: Progress; readonly previous: readonly string[] },
): Promise<StateBefore | undefined> {
  const empty = { root: room.arena.empty, snapshot: 0 }
  if (previous.length === 0) return { root: empty.root, near: empty }
  const states = previous.flatMap((eventId) => progress.after.get(eventId) ?? [])
  const others = previous.filter((eventId) => !progress.after.has(eventId))
  for (const event of await historyOf(context, room, others)) {
    const place = await stateAfter(context, room, event)
    states.push({ root: place.root, near: place })
  }
  const [first] = states
  return (
    first && { root: await resolveStates(context, room, { roots: states.map(({ root }) => root) }), near: first.near }
  )
}

interface PlacingOne {
  /** As it is stored: outside the timeline. */
  readonly event: RoomEvent
  readonly at: number
  /** The gap that it is in. */
  readonly gap: HistoryGap | undefined
  readonly before: StateBefore
  readonly progress: Progress
}

async function placeOne(
  context: RoomsContext,
  room: HotRoom,
  { event, at, gap, before, progress }: PlacingOne,
): Promise<void> {
  const { related, after, placed, writes } = progress
  const isRelated = related.has(event.eventId)
  if (countsAsRejected(event.flags) || (await judge(room, event.authEvent, before.root)) !== undefined)
    return void after.set(event.eventId, before)
  const { type, content, senderNid, stateKey, redacts } = event
  const relating = await findRelating(context, room, { type, content, stateKey, by: { userNid: senderNid } })
  const target =
    type === 'm.room.redaction' && redacts !== undefined ? await findEvent(context, room, redacts) : undefined
  const slot = stateKey === undefined ? undefined : room.slotOf(type, stateKey)
  const to = slot === undefined ? before.root : room.arena.set(before.root, slot, event.nid)
  const totals = await totalsBefore(context, room, { gap, threadNid: relating?.threadNid })
  const write = (w: Write) => {
    const place = storeState(context, w, room, { from: before.near, to, lastSlot: slot, before: before.root })
    const { snapshot } = place
    const done = inHistory(event, { ord: at, snapshot, threadNid: relating?.threadNid, isRelated, ...totals })
    placeEvent(w, done)
    if (isRelated) adoptReplies(w, { rootNid: event.nid, roomNid: room.nid, rootId: event.eventId })
    room.replaceHeld(done)
    if (relating) writeRelation(w, { room, event: done, relating })
    if (target) applyRedaction(w, { room, redaction: done, target: placed.get(target.eventId) ?? target })
    after.set(event.eventId, { root: place.root, near: place })
    placed.set(event.eventId, done)
  }
  writes.push(context.store.write(write))
}

interface HistoryPlace {
  readonly ord: number
  readonly snapshot: number
  readonly threadNid: number | undefined
  readonly isRelated: boolean
  readonly notifyCount: number
  readonly highlightCount: number
}

const inHistory = (event: RoomEvent, { isRelated, ...place }: HistoryPlace): RoomEvent =>
  new RoomEvent({
    ...place,
    ...{ nid: event.nid, roomId: event.roomId, eventId: event.eventId, senderNid: event.senderNid },
    ...{ depth: event.depth, ts: event.ts, json: event.json, redactedBy: event.redactedBy },
    flags: (event.flags & eventFlag.related) | (isRelated ? eventFlag.related : 0),
  })

/** The counters there: what is told as history adds nothing to them. */
async function totalsBefore(
  context: RoomsContext,
  room: HotRoom,
  { gap, threadNid }: { readonly gap: HistoryGap | undefined; readonly threadNid: number | undefined },
): Promise<{ readonly notifyCount: number; readonly highlightCount: number }> {
  const place = { room: room.nid, thread: threadNid ?? 0, ord: (gap?.ord ?? 0) - 1 }
  const totals = gap ? await totalsUpTo(context.store.read, place) : undefined
  return { notifyCount: totals?.notify_count ?? 0, highlightCount: totals?.highlight_count ?? 0 }
}

/** Events that are part of the room's history here, or stand beside it, with the state after them. */
const historyOf = async (context: RoomsContext, room: HotRoom, eventIds: readonly string[]): Promise<RoomEvent[]> =>
  (await eventsOfRoom(context, room, eventIds)).events.filter(
    (event) => (event.flags & eventFlag.outlier) === 0 || standsBeside(event),
  )
