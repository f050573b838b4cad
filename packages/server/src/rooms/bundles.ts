// Aggregations bundled with events: the latest edit, the thread's summary, the references.
// https://spec.matrix.org/v1.19/client-server-api/#aggregations-of-child-events
import { type RelationRow, relationsOfAll } from '../store/relations.ts'
import { type ThreadRow, threadsByRoots } from '../store/threads.ts'
import type { Reading } from './access.ts'
import type { RoomsContext } from './context.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'

export interface Bundling {
  readonly events: readonly RoomEvent[]
  /** JSON text of an event inside of a bundle. */
  readonly serve: (event: RoomEvent) => Promise<string>
}

/** JSON text of `m.relations` of those events that have any, by nid. Reads nothing when none is related to. */
export async function bundles(
  context: RoomsContext,
  reading: Reading,
  { events, serve }: Bundling,
): Promise<Map<number, string>> {
  const parents = events.filter((event) => (event.flags & eventFlag.related) !== 0 && event.stateKey === undefined)
  if (parents.length === 0) return new Map()
  const { room, actor } = reading
  const relations = await relationsOfAll(context.store.read, {
    roomNid: room.nid,
    parentIds: parents.map((parent) => parent.eventId),
    relTypes: ['m.replace', 'm.reference'],
  })
  const threads = await threadsByRoots(
    context.store.read,
    parents.map((parent) => parent.nid),
    actor.userNid,
  )
  const children = await childrenOf(reading, { parents, relations, threads })
  const bundled = new Map<number, string>()
  for (const parent of parents) {
    const related = (relations.get(parent.eventId) ?? []).filter(
      (row) => children.get(row.childNid)?.redactedBy === undefined,
    )
    const parts: string[] = []
    const edit = latestEdit(parent, related, children)
    if (edit) parts.push(`"m.replace":${await serve(edit)}`)
    const thread = threads.get(parent.nid)
    const latest = thread && children.get(thread.latestNid)
    if (thread && latest) parts.push(`"m.thread":${threadJson(thread, await serve(latest))}`)
    const references = related.filter((row) => row.relType === 'm.reference')
    if (references.length > 0)
      parts.push(`"m.reference":{"chunk":[${references.map((row) => idJson(row, children)).join(',')}]}`)
    if (parts.length > 0) bundled.set(parent.nid, `{${parts.join(',')}}`)
  }
  return bundled
}

/** The related events that bundles are made of, by nid. */
async function childrenOf(
  { room }: Reading,
  found: {
    readonly parents: readonly RoomEvent[]
    readonly relations: ReadonlyMap<string, readonly RelationRow[]>
    readonly threads: ReadonlyMap<number, ThreadRow>
  },
): Promise<ReadonlyMap<number, RoomEvent>> {
  const nids = new Set(Array.from(found.threads.values(), (thread) => thread.latestNid))
  for (const rows of found.relations.values())
    for (const { childNid, relType } of rows)
      if (relType === 'm.replace' || relType === 'm.reference') nids.add(childNid)
  return new Map((await room.events([...nids])).map((event) => [event.nid, event]))
}

/**
 * "the most recent replacement event, … ordered by origin_server_ts, … the lexicographically largest event_id", of the
 * same sender and type; none for redacted events.
 */
function latestEdit(
  parent: RoomEvent,
  related: readonly RelationRow[],
  children: ReadonlyMap<number, RoomEvent>,
): RoomEvent | undefined {
  if (parent.redactedBy !== undefined) return undefined
  const edits = related
    .filter((row) => row.relType === 'm.replace' && row.senderNid === parent.senderNid && row.type === parent.type)
    .flatMap((row) => children.get(row.childNid) ?? [])
  return edits.reduce<RoomEvent | undefined>((best, edit) => (best && !isLater(edit, best) ? best : edit), undefined)
}

const isLater = (a: RoomEvent, b: RoomEvent) => a.ts > b.ts || (a.ts === b.ts && a.eventId > b.eventId)

const threadJson = (thread: ThreadRow, latest: string) =>
  `{"latest_event":${latest},"count":${thread.replyCount},"current_user_participated":${thread.participated !== 0}}`

const idJson = (row: RelationRow, children: ReadonlyMap<number, RoomEvent>) =>
  `{"event_id":${JSON.stringify(children.get(row.childNid)?.eventId ?? '')}}`
