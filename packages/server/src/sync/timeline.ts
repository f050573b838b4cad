// The timeline of a room in an answer: the newest events after a position that the filter and the rules let through.
import { syncTimelineScanEventsMax } from '../limits.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import { eventFlag, type RoomEvent } from '../rooms/room-event.ts'
import { placeBefore } from '../store/places.ts'
import { isAside } from './past-state.ts'

/** Reads live events of a room that are not in memory, newest first. */
export type EventsBefore = (room: HotRoom, beforeOrd: number, limit: number) => Promise<readonly RoomEvent[]>

export interface TimelineRange {
  /** Events with `after < ord <= to`. */
  readonly after: number
  readonly to: number
  readonly limit: number
  /** Whether an event is shown; the others do not count. */
  readonly accepts: (event: RoomEvent) => boolean | Promise<boolean>
  readonly eventsBefore: EventsBefore
}

export interface Timeline {
  /** Oldest first. */
  readonly events: readonly RoomEvent[]
  /** There are more such events after `after`. */
  readonly limited: boolean
  /** The gap before the timeline: nothing at or before this place is in it. */
  readonly startsAfter: number
}

/**
 * Walks back from the newest event until the limit is reached, with one more to know whether there is more; and no
 * further than to a gap, which is filled for those who page back.
 */
export async function readTimeline(room: HotRoom, range: TimelineRange): Promise<Timeline> {
  const events: RoomEvent[] = []
  let scanned = 0
  for await (const event of newestFirst(room, range)) {
    // The room begins where this server joined it; an invite before that is no part of its history.
    if (scanned > 0 && isAside(event)) break
    const accepted = await range.accepts(event)
    if (accepted && events.length === range.limit) return cut(events, event)
    if (accepted) events.push(event)
    if (++scanned >= syncTimelineScanEventsMax || (event.flags & eventFlag.gap) !== 0) return cut(events, event)
  }
  return { events: events.toReversed(), limited: false, startsAfter: range.after }
}

function cut(events: readonly RoomEvent[], last: RoomEvent): Timeline {
  const first = events.at(-1)
  const startsAfter = first?.ord === undefined ? (last.ord ?? 0) : placeBefore(first.ord)
  return { events: events.toReversed(), limited: true, startsAfter }
}

async function* newestFirst(room: HotRoom, range: TimelineRange): AsyncGenerator<RoomEvent> {
  let before = range.to + 1
  const recent = room.recent
  const { recentAfter } = room
  for (let i = recent.length - 1; i >= 0; i--) {
    const event = recent[i]
    if (event?.ord === undefined || event.ord >= before) continue
    if (event.ord <= range.after) return
    yield event
  }
  before = Math.min(before, recentAfter + 1)
  const page = Math.max(range.limit + 1, pageMin)
  while (before - 1 > range.after) {
    const older = await range.eventsBefore(room, before, page)
    for (const event of older) {
      if (event.ord === undefined || event.ord <= range.after) return
      yield event
      before = event.ord
    }
    if (older.length < page) return
  }
}

const pageMin = 20
