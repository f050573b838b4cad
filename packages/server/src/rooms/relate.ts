// What it takes for a new event to relate to another: the checks, the thread it falls into, the rows that say so.
import type { JsonObject } from '@myelin/algorithms/json'
import { mayStartThread, type Relation, relationOf } from '@myelin/algorithms/relations'
import { MatrixError } from '@myelin/protocol/errors'
import { bundledChildrenMax } from '../limits.ts'
import { addEventFlags } from '../store/events.ts'
import { addRelation, relationsOf } from '../store/relations.ts'
import { totalsOfThread } from '../store/room-loading.ts'
import type { Write } from '../store/store.ts'
import { addThreadReply } from '../store/threads.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { eventFlag, type RoomEvent } from './room-event.ts'
import { findEvent } from './stored-event.ts'

/** The relation of an event about to be appended. */
export interface Relating {
  readonly relation: Relation
  /** The event it relates to, if this server has it. */
  readonly parent: RoomEvent | undefined
  /** Root of the thread the new event belongs to. */
  readonly threadNid: number | undefined
}

interface Child {
  readonly type: string
  readonly stateKey?: string | undefined
  readonly content: JsonObject
  readonly by: { readonly userNid: number }
}

/** Reads what a relation needs, and refuses those that a client may not make. Nothing is read for an event without one. */
export async function prepareRelation(
  context: RoomsContext,
  room: HotRoom,
  child: Child,
): Promise<Relating | undefined> {
  const relating = await findRelating(context, room, child)
  if (!relating?.parent) return relating
  const { relation, parent } = relating
  if (relation.relType === 'm.thread' && !mayStartThread(parent.content))
    throw new MatrixError('M_INVALID_PARAM', 'A thread cannot start at an event that itself relates to another')
  if (relation.relType === 'm.annotation') await refuseDuplicate(context, room, { child, relation })
  return relating
}

/** Reads what a relation needs. */
export async function findRelating(context: RoomsContext, room: HotRoom, child: Child): Promise<Relating | undefined> {
  const relation = child.stateKey === undefined ? relationOf(child.content) : undefined
  if (!relation) return undefined
  const parent = await findEvent(context, room, relation.eventId)
  if (!parent) return { relation, parent, threadNid: undefined }
  const threadNid = relation.relType === 'm.thread' ? parent.nid : parent.threadNid
  if (threadNid !== undefined && !room.totals.has(threadNid)) {
    const totals = await totalsOfThread(context.store.read, threadNid)
    // Somebody else may have begun to count meanwhile.
    if (!room.totals.has(threadNid)) room.totals.set(threadNid, totals)
  }
  return { relation, parent, threadNid }
}

/** A second annotation with the same key is refused: https://spec.matrix.org/v1.19/client-server-api/#annotations-client-behaviour */
async function refuseDuplicate(
  context: RoomsContext,
  room: HotRoom,
  { child, relation }: { readonly child: Child; readonly relation: Relation },
): Promise<void> {
  refuseRecentDuplicate(room, child, relation)
  const { eventId: parentId, relType, key } = relation
  const range = { roomNid: room.nid, parentId, relType, type: child.type, forwards: false, limit: bundledChildrenMax }
  const stored = await relationsOf(context.store.read, range)
  if (stored.some((row) => row.senderNid === child.by.userNid && row.key === (key ?? null))) throw duplicate()
}

/** The same among the newest events, which the store may not show yet. Synchronous, so that nothing comes between. */
export function refuseRecentDuplicate(room: HotRoom, child: Child, { relType, eventId, key }: Relation): void {
  if (relType !== 'm.annotation') return
  const isSame = (event: RoomEvent) => {
    if (event.senderNid !== child.by.userNid || event.type !== child.type) return false
    const other = relationOf(event.content)
    return other?.eventId === eventId && other.relType === relType && other.key === key
  }
  if (room.recent.some(isSame)) throw duplicate()
}

const duplicate = () =>
  new MatrixError('M_DUPLICATE_ANNOTATION', 'You have annotated this event with the same key already')

/** Writes the rows of a relation and marks its parent. */
export function writeRelation(
  w: Write,
  { room, event, relating }: { readonly room: HotRoom; readonly event: RoomEvent; readonly relating: Relating },
): void {
  const { relation, parent, threadNid } = relating
  const { relType, eventId: parentId, key } = relation
  addRelation(w, {
    childNid: event.nid,
    roomNid: room.nid,
    parentId,
    relType,
    key,
    type: event.type,
    senderNid: event.senderNid,
  })
  if (relType === 'm.thread' && threadNid !== undefined)
    addThreadReply(w, {
      rootNid: threadNid,
      roomNid: room.nid,
      nid: event.nid,
      ord: event.ord ?? 0,
      senderNid: event.senderNid,
    })
  if (!parent || (parent.flags & eventFlag.related) !== 0) return
  addEventFlags(w, parent.nid, eventFlag.related)
  parent.related()
  room.event(parent.nid)?.related()
}
