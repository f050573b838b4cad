// Reading the events that relate to an event, and the threads of a room.
import { MatrixError } from '@myelin/protocol/errors'
import { bundledChildrenMax, recursionDepthMax, relationsLimitDefault, relationsLimitMax } from '../limits.ts'
import { eventsByNids } from '../store/events.ts'
import { placeAfter, placeBefore } from '../store/places.ts'
import { type RelationRow, type RelationsRange, relationsOf } from '../store/relations.ts'
import { threadsOfRoom } from '../store/threads.ts'
import { openRoom } from './access.ts'
import type { Actor, RoomsContext } from './context.ts'
import { visibleEvent } from './event.ts'
import { pageLimit, parseToken, tokenAfter } from './pagination.ts'
import { serveEvents } from './served-event.ts'
import { loadedEvents } from './stored-event.ts'
import { viewpoint } from './visibility.ts'

export interface RelationsOptions {
  readonly by: Actor
  readonly eventId: string
  readonly relType?: string | undefined
  readonly type?: string | undefined
  readonly dir?: 'b' | 'f' | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly limit?: number | undefined
  /** Also events that relate to it through others. */
  readonly recurse?: boolean | undefined
}

/**
 * A page of the events that relate to an event, as the JSON text of the response; newest first unless told.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidrelationseventid
 */
export async function relations(context: RoomsContext, roomId: string, options: RelationsOptions): Promise<string> {
  const limit = Math.max(1, pageLimit(options.limit, relationsLimitDefault, relationsLimitMax))
  const reading = await openRoom(context, roomId, options.by)
  const parent = await visibleEvent(context, reading, options.eventId)
  const forwards = options.dir === 'f'
  const from = options.from === undefined ? undefined : parseToken(options.from)
  const to = options.to === undefined ? undefined : parseToken(options.to)
  const range = { relType: options.relType, type: options.type, forwards, limit: limit + 1 }
  const start = from === undefined || forwards ? from : placeAfter(from)
  const { rows, depth } = await related(context, reading.room.nid, {
    parentId: parent.eventId,
    range: { ...range, ord: start },
    recurse: options.recurse ?? false,
  })
  const inRange = rows.filter(({ ord }) => to === undefined || (forwards ? ord <= to : ord > to))
  const page = inRange.slice(0, limit)
  const events = await reading.room.events(page.map((row) => row.childNid))
  const view = await viewpoint(reading, events)
  const kept = events.filter((event) => event.redactedBy === undefined && view.sees(event))
  const parts = [`"chunk":[${(await serveEvents(context, reading, kept, { view })).join(',')}]`]
  const last = page.at(-1)
  if (last && inRange.length > limit)
    parts.push(`"next_batch":"${tokenAfter(forwards ? last.ord : placeBefore(last.ord))}"`)
  if (options.from !== undefined) parts.push(`"prev_batch":"${options.from}"`)
  if (options.recurse !== undefined) parts.push(`"recursion_depth":${depth}`)
  return `{${parts.join(',')}}`
}

interface Related {
  readonly parentId: string
  readonly range: Omit<RelationsRange, 'roomNid' | 'parentId'>
  readonly recurse: boolean
}

/** Rows that relate to an event in the order of the range and, recursing, those that relate to these, level by level. */
async function related(
  context: RoomsContext,
  roomNid: number,
  { parentId, range, recurse }: Related,
): Promise<{ readonly rows: readonly RelationRow[]; readonly depth: number }> {
  const { read } = context.store
  if (!recurse) return { rows: await relationsOf(read, { ...range, roomNid, parentId }), depth: 1 }
  const found = new Map<number, RelationRow>()
  let parents = [parentId]
  let depth = 0
  while (parents.length > 0 && depth < recursionDepthMax && found.size < bundledChildrenMax) {
    const next: RelationRow[] = []
    for (const parent of parents) {
      const all = { roomNid, parentId: parent, forwards: range.forwards, limit: bundledChildrenMax }
      for (const row of await relationsOf(read, all)) if (!found.has(row.childNid)) next.push(row)
    }
    if (next.length === 0) break
    for (const row of next) found.set(row.childNid, row)
    parents = (
      await eventsByNids(
        read,
        next.map((row) => row.childNid),
      )
    ).map((row) => row.eventId)
    depth++
  }
  const { ord = range.forwards ? -Infinity : Infinity } = range
  const wanted = Array.from(found.values())
    .filter((row) => range.relType === undefined || row.relType === range.relType)
    .filter((row) => range.type === undefined || row.type === range.type)
    .filter((row) => (range.forwards ? row.ord > ord : row.ord < ord))
    .toSorted((a, b) => (range.forwards ? a.ord - b.ord : b.ord - a.ord))
  return { rows: wanted.slice(0, range.limit), depth }
}

export interface ThreadsOptions {
  readonly by: Actor
  readonly include?: 'all' | 'participated' | undefined
  readonly from?: string | undefined
  readonly limit?: number | undefined
}

/**
 * A page of thread roots, those with the latest replies first, as the JSON text of the response.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidthreads
 */
export async function threads(context: RoomsContext, roomId: string, options: ThreadsOptions): Promise<string> {
  if (options.limit !== undefined && options.limit < 1)
    throw new MatrixError('M_INVALID_PARAM', 'limit must be positive')
  const limit = pageLimit(options.limit, relationsLimitDefault, relationsLimitMax)
  const reading = await openRoom(context, roomId, options.by)
  const rows = await threadsOfRoom(context.store.read, {
    roomNid: reading.room.nid,
    userNid: options.by.userNid,
    participated: options.include === 'participated',
    ord: options.from === undefined ? undefined : placeAfter(parseToken(options.from)),
    limit: limit + 1,
  })
  const page = rows.slice(0, limit)
  const roots = loadedEvents(
    reading.room,
    await eventsByNids(
      context.store.read,
      page.map((row) => row.rootNid),
    ),
  )
  const view = await viewpoint(reading, roots)
  const seen = roots.filter((root) => view.sees(root))
  const parts = [`"chunk":[${(await serveEvents(context, reading, seen, { view })).join(',')}]`]
  const last = page.at(-1)
  if (last && rows.length > limit) parts.push(`"next_batch":"${tokenAfter(placeBefore(last.latestOrd))}"`)
  return `{${parts.join(',')}}`
}
