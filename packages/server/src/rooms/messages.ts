// Paging through the history of a room, in both directions.
import { messagesLimitDefault, messagesLimitMax } from '../limits.ts'
import { openRoom } from './access.ts'
import type { Actor, RoomsContext } from './context.ts'
import { parseEventFilter } from './event-filter.ts'
import { lazyMembers } from './lazy-members.ts'
import { pageLimit, parseToken, timelineStart, tokenAfter, tokenAgain } from './pagination.ts'
import { serveEvents } from './served-event.ts'
import { walkWithHistory } from './older-history.ts'

export interface MessagesOptions {
  readonly by: Actor
  readonly dir: 'b' | 'f'
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly limit?: number | undefined
  /** JSON of a room event filter. */
  readonly filter?: string | undefined
}

/**
 * A page of the timeline as the JSON text of the response.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages
 */
export async function messages(context: RoomsContext, roomId: string, options: MessagesOptions): Promise<string> {
  const filter = parseEventFilter(options.filter)
  const limit = pageLimit(options.limit ?? filter.limit, messagesLimitDefault, messagesLimitMax)
  const reading = await openRoom(context, roomId, options.by)
  const newest = Math.min(context.store.durablePosition, reading.until ?? Infinity)
  const from = options.from ? parseToken(options.from) : options.dir === 'b' ? newest : timelineStart
  const to = options.to ? parseToken(options.to) : undefined
  const { events, end } = await walkWithHistory(context, reading, { dir: options.dir, from, to, limit, filter })
  const [chunk, state] = await Promise.all([
    serveEvents(context, reading, events),
    filter.lazy_load_members ? lazyMembers(context, reading, events) : undefined,
  ])
  const start = options.from || tokenAfter(from)
  const parts = [`"start":${JSON.stringify(start)}`, `"chunk":[${chunk.join(',')}]`]
  if (end !== undefined) parts.push(`"end":"${tokenAgain(end, start)}"`)
  if (state && state.length > 0) parts.push(`"state":[${state.join(',')}]`)
  return `{${parts.join(',')}}`
}
