// Walks a room's timeline in either direction as one reader sees it: past what is hidden from them or filtered out.
import { timelineScanMax } from '../limits.ts'
import { eventsInRoom } from '../store/events.ts'
import { placeBefore } from '../store/places.ts'
import type { Reading } from './access.ts'
import type { RoomsContext } from './context.ts'
import { type RoomEventFilter, passes } from './event-filter.ts'
import type { RoomEvent } from './room-event.ts'
import { loadedEvents } from './stored-event.ts'
import { viewpoint } from './visibility.ts'

export interface Walk {
  /** Backwards or forwards. */
  readonly dir: 'b' | 'f'
  /** The place to start from: after this `ord`. */
  readonly from: number
  /** The place to stop at: after this `ord`. */
  readonly to?: number | undefined
  readonly limit: number
  readonly filter?: RoomEventFilter
}

export interface Page {
  /** In the order of the walk. */
  readonly events: readonly RoomEvent[]
  /** The place after the last event looked at, or undefined when the timeline or `to` was reached. */
  readonly end: number | undefined
  /** The place after the last event looked at, in any case. */
  readonly last: number
}

/** The next events of a walk. A page may be short, even empty, with more to come. */
export async function walk(
  context: RoomsContext,
  reading: Reading,
  { dir, from, to, limit, filter }: Walk,
): Promise<Page> {
  const kept: RoomEvent[] = []
  const last = Math.min(context.store.durablePosition, reading.until ?? Infinity)
  let at = dir === 'b' ? Math.min(from, last) : from
  for (let scanned = 0; scanned < timelineScanMax;) {
    // One more than wanted, to learn whether there is more.
    const want = limit - kept.length + 1
    const stretch = dir === 'b' ? { after: to, upTo: at } : { after: at, upTo: Math.min(to ?? last, last) }
    const rows = await eventsInRoom(context.store.read, reading.room.nid, { ...stretch, dir, limit: want })
    const events = loadedEvents(reading.room, rows)
    const view = await viewpoint(reading, events)
    for (const event of events) {
      if (kept.length === limit) return { events: kept, end: at, last: at }
      at = dir === 'b' ? placeBefore(event.ord ?? at) : (event.ord ?? at)
      if (view.sees(event) && passes(event, filter ?? {})) kept.push(event)
    }
    if (rows.length < want) return { events: kept, end: undefined, last: at }
    scanned += rows.length
  }
  return { events: kept, end: at, last: at }
}
