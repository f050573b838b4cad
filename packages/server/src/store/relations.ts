// Relations between events, by parent: what aggregations and the relations endpoints read. An event has at most one.
import { eventIdHash } from './event-id-hash.ts'
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface RelationRow extends Row {
  readonly childNid: number
  readonly parentId: string
  readonly relType: string
  readonly type: string
  readonly senderNid: number
  /** Of an annotation. */
  readonly key: string | null
  /** Position of the child in the timeline. */
  readonly ord: number
}

const insert = sql`INSERT INTO relations (child_nid, room_nid, parent_hash, parent_id, rel_type, type, sender_nid, key)
  VALUES (${'childNid'}, ${'roomNid'}, ${'parentHash'}, ${'parentId'}, ${'relType'}, ${'type'}, ${'senderNid'}, ${'key'})`
const remove = sql`DELETE FROM relations WHERE child_nid = ${'childNid'}`

export interface NewRelation {
  readonly childNid: number
  readonly roomNid: number
  readonly parentId: string
  readonly relType: string
  /** Event type of the child. */
  readonly type: string
  readonly senderNid: number
  readonly key?: string | undefined
}

export function addRelation(w: Write, relation: NewRelation): void {
  const { childNid, roomNid, parentId, relType, type, senderNid, key } = relation
  const parentHash = eventIdHash(parentId)
  w.run(insert, { childNid, roomNid, parentHash, parentId, relType, type, senderNid, key: key ?? null })
}

/** Forgets the relation of an event that was redacted. */
export function deleteRelation(w: Write, childNid: number): void {
  w.run(remove, { childNid })
}

const columns = fragment(`r.child_nid AS "childNid", r.parent_id AS "parentId", r.rel_type AS "relType", r.type,
  r.sender_nid AS "senderNid", r.key, e.ord`)
/** A child counts only if it is in the same room as its parent and in the timeline. */
const matching = fragment('JOIN events e ON e.nid = r.child_nid AND e.ord IS NOT NULL')
const ascending = sql`SELECT ${columns} FROM relations r ${matching}
  WHERE r.parent_hash = ${'parentHash'} AND r.parent_id = ${'parentId'} AND r.room_nid = ${'roomNid'}
    AND e.ord > ${'ord'} AND (${'relType'} IS NULL OR r.rel_type = ${'relType'})
    AND (${'type'} IS NULL OR r.type = ${'type'})
  ORDER BY e.ord LIMIT ${'limit'}`
const descending = sql`SELECT ${columns} FROM relations r ${matching}
  WHERE r.parent_hash = ${'parentHash'} AND r.parent_id = ${'parentId'} AND r.room_nid = ${'roomNid'}
    AND e.ord < ${'ord'} AND (${'relType'} IS NULL OR r.rel_type = ${'relType'})
    AND (${'type'} IS NULL OR r.type = ${'type'})
  ORDER BY e.ord DESC LIMIT ${'limit'}`
const ofParents = sql`SELECT ${columns} FROM relations r ${matching}
  WHERE r.parent_hash IN (SELECT value FROM json_each(${'parentHashes'}))
    AND r.rel_type IN (SELECT value FROM json_each(${'relTypes'})) AND r.room_nid = ${'roomNid'} ORDER BY e.ord`

export interface RelationsRange {
  readonly roomNid: number
  readonly parentId: string
  /** Exclusive start of the page in the direction of travel; absent for the first page. */
  readonly ord?: number | undefined
  readonly forwards: boolean
  readonly relType?: string | undefined
  /** Event type of the children. */
  readonly type?: string | undefined
  readonly limit: number
}

/** One page of the events that relate to `parentId`. */
export function relationsOf(read: Reader, range: RelationsRange): Promise<RelationRow[]> {
  const { roomNid, parentId, forwards, limit } = range
  const farEnd = forwards ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
  return read.all(forwards ? ascending : descending, {
    parentHash: eventIdHash(parentId),
    parentId,
    roomNid,
    ord: range.ord ?? farEnd,
    relType: range.relType ?? null,
    type: range.type ?? null,
    limit,
  })
}

const parents = sql`SELECT DISTINCT parent_id AS "parentId" FROM relations
  WHERE parent_hash IN (SELECT value FROM json_each(${'parentHashes'})) AND room_nid = ${'roomNid'}`

/** Ids of those of the events to which another relates. */
export async function relatedAmong(
  read: Reader,
  { roomNid, eventIds }: { readonly roomNid: number; readonly eventIds: readonly string[] },
): Promise<ReadonlySet<string>> {
  const parentHashes = JSON.stringify(eventIds.map(eventIdHash))
  const rows = await read.all<{ parentId: string }, 'parentHashes' | 'roomNid'>(parents, { parentHashes, roomNid })
  return new Set(rows.map(({ parentId }) => parentId))
}

export interface ManyRelations {
  readonly roomNid: number
  readonly parentIds: readonly string[]
  /** Which relations; those that can be many, like annotations and thread replies, are better paged or counted. */
  readonly relTypes: readonly string[]
}

/** What relates to any of these events of a room, in timeline order, by parent id: for bundled aggregations. */
export async function relationsOfAll(
  read: Reader,
  { roomNid, parentIds, relTypes }: ManyRelations,
): Promise<Map<string, RelationRow[]>> {
  if (parentIds.length === 0) return new Map()
  const rows = await read.all<RelationRow, 'parentHashes' | 'relTypes' | 'roomNid'>(ofParents, {
    parentHashes: JSON.stringify(parentIds.map(eventIdHash)),
    relTypes: JSON.stringify(relTypes),
    roomNid,
  })
  const wanted = new Set(parentIds)
  return Map.groupBy(
    rows.filter(({ parentId }) => wanted.has(parentId)),
    ({ parentId }) => parentId,
  )
}
