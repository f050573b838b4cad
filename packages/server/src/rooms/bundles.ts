// Aggregations bundled with events: the latest edit, the thread's summary, the references.
// https://spec.matrix.org/v1.19/client-server-api/#aggregations-of-child-events
import { bundledRelations, latestEdit } from '@myelin/algorithms/relations'
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
    const edit = editOf(parent, related, children)
    const thread = threads.get(parent.nid)
    const latest = thread && children.get(thread.latestNid)
    const json = bundledRelations({
      edit: edit && (await serve(edit)),
      thread: latest && {
        latestEvent: await serve(latest),
        count: thread.replyCount,
        participated: thread.participated !== 0,
      },
      references: related
        .filter((row) => row.relType === 'm.reference')
        .flatMap((row) => children.get(row.childNid)?.eventId ?? []),
    })
    if (json !== undefined) bundled.set(parent.nid, json)
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

/** The newest valid edit; none of a redacted event. */
function editOf(
  parent: RoomEvent,
  related: readonly RelationRow[],
  children: ReadonlyMap<number, RoomEvent>,
): RoomEvent | undefined {
  if (parent.redactedBy !== undefined) return undefined
  const edits = related.filter((row) => row.relType === 'm.replace').flatMap((row) => children.get(row.childNid) ?? [])
  return latestEdit(relating(parent), edits.map(relating))?.event
}

const relating = (event: RoomEvent) => ({
  eventId: event.eventId,
  type: event.type,
  sender: event.sender,
  stateKey: event.stateKey,
  content: event.content,
  originServerTs: event.ts,
  event,
})
