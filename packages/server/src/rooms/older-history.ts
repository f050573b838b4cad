// A walk through a room that goes on where what is here ends, at a gap or at the beginning, with what other servers have.
import { backfillsPerPageMax } from '../federation-limits.ts'
import { type HistoryGap, nearestGap } from '../store/history-gaps.ts'
import type { Reading } from './access.ts'
import { fetchHistory, hasOlderHistory, type HistoryFetch } from './backfill.ts'
import type { RoomsContext } from './context.ts'
import { historyEdge } from './history-edge.ts'
import type { RoomEvent } from './room-event.ts'
import { type Page, type Walk, walk } from './timeline.ts'

/** The next events of a walk. Where other servers are too slow, the page is what is here, and there may be more. */
export const walkWithHistory = (context: RoomsContext, reading: Reading, asked: Walk): Promise<Page> =>
  asked.dir === 'b' ? walkBack(context, reading, asked) : walkOn(context, reading, asked)

/** A gap is filled from its end on: what comes is shown at once, and the next page goes on from there. */
async function walkBack(context: RoomsContext, reading: Reading, asked: Walk): Promise<Page> {
  const { room } = reading
  const kept: RoomEvent[] = []
  let { from } = asked
  for (let fetches = 0; ;) {
    const gap = await gapNextTo(context, reading, { dir: 'b', from, to: asked.to })
    const to = gap ? gap.ord - 1 : asked.to
    const { events, end, last } = await walk(context, reading, { ...asked, from, to, limit: asked.limit - kept.length })
    kept.push(...events)
    from = last
    // A walk that was to end at a place is over when it has come there.
    if (end !== undefined || (!gap && asked.to !== undefined)) return { events: kept, end, last }
    const isFull = kept.length >= asked.limit || fetches === backfillsPerPageMax
    if (isFull && gap) return { events: kept, end: last, last }
    if (isFull) return { events: kept, end: (await hasOlderHistory(context, room)) ? last : undefined, last }
    fetches++
    const fetched = await fetchHistory(context, room, gap)
    if (fetched === 'came') continue
    if (fetched === 'later' && (!gap || kept.length > 0)) return { events: kept, end: last, last }
    // A client that gets nothing at all goes no further: it is rather shown what is beyond the gap, without another wait.
    if (fetched === 'later') fetches = backfillsPerPageMax
    if (!gap) return { events: kept, end: undefined, last }
    from = gap.ord - 1
  }
}

/**
 * A gap is filled before what is in it is shown, which may take several pages: where it stays open the page ends, even an
 * empty one, as long as something came. "An empty chunk does not necessarily imply that no more events are available."
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages
 */
async function walkOn(context: RoomsContext, reading: Reading, asked: Walk): Promise<Page> {
  const kept: RoomEvent[] = []
  let { from } = asked
  let passed = from
  let hasCome = false
  for (let fetches = 0; ;) {
    const gap = await gapNextTo(context, reading, { dir: 'f', from: passed, to: asked.to })
    const to = gap ? gap.ord - 1 : asked.to
    const { events, end, last } = await walk(context, reading, { ...asked, from, to, limit: asked.limit - kept.length })
    kept.push(...events)
    from = last
    if (!gap || end !== undefined) return { events: kept, end, last }
    if (kept.length >= asked.limit) return { events: kept, end: last, last }
    let fetched: HistoryFetch = 'came'
    while (fetched === 'came' && fetches++ < backfillsPerPageMax) {
      fetched = await fetchHistory(context, reading.room, gap)
      hasCome ||= fetched === 'came'
    }
    const isOpen = fetched !== 'begins' && (await historyEdge(context, reading.room, gap)) !== undefined
    // A client that gets nothing from servers that are too slow goes no further: it is rather shown what is beyond the gap.
    if (isOpen && (hasCome || kept.length > 0)) return { events: kept, end: last, last }
    passed = gap.ord
  }
}

interface GapsWanted {
  readonly dir: 'b' | 'f'
  readonly from: number
  readonly to?: number | undefined
}

/** The next gap that the walk comes to and somebody may fill. One that the walk begins in counts. */
async function gapNextTo(
  context: RoomsContext,
  { room, until = Infinity }: Reading,
  { dir, from, to }: GapsWanted,
): Promise<HistoryGap | undefined> {
  if (!context.federation || room.localJoined.size === 0) return undefined
  const last = Math.min(context.store.durablePosition, until)
  // The gap before an event lies between it and the whole number before it.
  const ord = dir === 'b' ? Math.min(from, last) + 1 : from
  const gap = await nearestGap(context.store.read, { roomNid: room.nid, dir, ord, nowMs: context.environment.now() })
  if (!gap) return undefined
  const isBeyond = dir === 'b' ? gap.ord - 1 < (to ?? -Infinity) : gap.ord > Math.min(to ?? last, last)
  return isBeyond ? undefined : gap
}
