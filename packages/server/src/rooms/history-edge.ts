// Where the history of a room that is here ends: before its first event, and at gaps in its timeline.
import { backfillFrontierEventsMax } from '../federation-limits.ts'
import { type EventRow, eventsByIds, eventsByNids, eventsInRoom } from '../store/events.ts'
import { closeGap, type HistoryGap, nearestGap } from '../store/history-gaps.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { eventFlag } from './room-event.ts'
import { previousIds } from './stored-event.ts'

export interface HistoryEdge {
  /** The gap it is at; undefined at the beginning of what is here. */
  readonly gap: HistoryGap | undefined
  /** The event before which older ones go. */
  readonly oldest: EventRow
  /** Those that follow what is not here. */
  readonly followers: readonly EventRow[]
  /** Ids of the events that they follow, and that are not here. */
  readonly missing: readonly string[]
  /** What is less deep belongs before what is here, and not into a gap. */
  readonly depthMin: number
}

/** Undefined where nothing is missing. A gap in which nothing is missing any more is forgotten. */
export async function historyEdge(
  context: RoomsContext,
  room: HotRoom,
  gap: HistoryGap | undefined,
): Promise<HistoryEdge | undefined> {
  if (!context.federation || room.localJoined.size === 0) return undefined
  const rows = await rowsAfter(context, room, gap)
  const [oldest] = rows
  if (!oldest || oldest.type === 'm.room.create') return undefined
  const missing = await unknownBefore(context, rows)
  if (missing.size === 0) {
    if (gap) await context.store.write((w) => closeGap(w, { roomNid: room.nid, ord: gap.ord }))
    return undefined
  }
  return {
    ...{ gap, oldest },
    followers: rows.filter(({ json }) => previousIds(json).some((eventId) => missing.has(eventId))),
    missing: [...missing].slice(0, backfillFrontierEventsMax),
    depthMin: gap ? await depthOfFirst(context, room) : 0,
  }
}

/** The first events after the edge, as far as the next gap. */
async function rowsAfter(context: RoomsContext, room: HotRoom, gap: HistoryGap | undefined): Promise<EventRow[]> {
  const { read } = context.store
  const place = gap?.ord ?? Number.MIN_SAFE_INTEGER
  const next = await nearestGap(read, { roomNid: room.nid, dir: 'f', ord: place })
  const stretch = { after: gap ? gap.ord - 1 : undefined, upTo: next ? next.ord - 1 : undefined }
  return eventsInRoom(read, room.nid, { ...stretch, dir: 'f', limit: backfillFrontierEventsMax })
}

async function unknownBefore(context: RoomsContext, rows: readonly EventRow[]): Promise<Set<string>> {
  const before = new Set(rows.flatMap(({ json }) => previousIds(json)))
  for (const row of await eventsByIds(context.store.read, [...before]))
    if ((row.flags & eventFlag.outlier) === 0) before.delete(row.eventId)
  return before
}

async function depthOfFirst(context: RoomsContext, room: HotRoom): Promise<number> {
  const rows = await eventsInRoom(context.store.read, room.nid, { dir: 'f', limit: backfillFrontierEventsMax })
  return rows.find(({ flags }) => (flags & eventFlag.outlier) === 0)?.depth ?? 0
}

/** Whether the events after a gap still have to be judged anew, as the room's members are to come. */
export async function awaitsMembers(context: RoomsContext, room: HotRoom, gap: HistoryGap): Promise<boolean> {
  if (!room.partial) return false
  const [join] = await eventsByNids(context.store.read, [room.partial.joinNid])
  return (join?.ord ?? 0) < gap.ord
}
