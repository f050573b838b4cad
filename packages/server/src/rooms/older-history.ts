// A walk back through a room that goes on past the beginning of what is here, with what other servers have.
import { backfillsPerPageMax } from '../limits.ts'
import type { Reading } from './access.ts'
import { fetchHistory, hasOlderHistory } from './backfill.ts'
import type { RoomsContext } from './context.ts'
import { type Page, type Walk, walk } from './timeline.ts'

/** The next events of a walk. Where other servers are too slow, the page is what is here, and there may be more. */
export async function walkWithHistory(context: RoomsContext, reading: Reading, asked: Walk): Promise<Page> {
  const { room } = reading
  for (let fetches = 0; ; fetches++) {
    const page = await walk(context, reading, asked)
    // A walk that was to end at a place is over when it has come there.
    if (asked.dir === 'f' || asked.to !== undefined || page.end !== undefined) return page
    const isFull = page.events.length >= asked.limit || fetches === backfillsPerPageMax
    if (isFull) return (await hasOlderHistory(context, room)) ? { ...page, end: page.last } : page
    const fetched = await fetchHistory(context, room)
    if (fetched === 'begins') return page
    if (fetched === 'later') return { ...page, end: page.last }
  }
}
