// Rooms: one row each. A message to a room whose last event is its only head leaves the row untouched.
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface RoomRow extends Row {
  readonly nid: number
  readonly roomId: string
  readonly version: string
  /** The state after the head. */
  readonly snapshot: number
  /** JSON array of event nids; null while the last event of the timeline is the only forward extremity. */
  readonly heads: string | null
  readonly isPublic: number
}

const columns = fragment('nid, room_id AS "roomId", version, snapshot, heads, is_public AS "isPublic"')
const byNid = sql`SELECT ${columns} FROM rooms WHERE nid = ${'nid'}`
const byRoomId = sql`SELECT ${columns} FROM rooms WHERE room_id = ${'roomId'}`
const byNids = sql`SELECT ${columns} FROM rooms WHERE nid IN (SELECT value FROM json_each(${'nids'}))`
const insert = sql`INSERT INTO rooms (nid, room_id, version, is_public)
  VALUES (${'nid'}, ${'roomId'}, ${'version'}, ${'isPublic'})`
const updateSnapshot = sql`UPDATE rooms SET snapshot = ${'snapshot'} WHERE nid = ${'nid'}`
const updateHeads = sql`UPDATE rooms SET heads = ${'heads'} WHERE nid = ${'nid'}`

/** The room's row, undefined if there is none. */
export const roomByNid = (read: Reader, nid: number): Promise<RoomRow | undefined> => read.get(byNid, { nid })

/** The row of a room by its id, undefined if this server does not know it. */
export const roomByRoomId = (read: Reader, roomId: string): Promise<RoomRow | undefined> =>
  read.get(byRoomId, { roomId })

/** Rows of several rooms, in no particular order; unknown nids are left out. */
export const roomsByNids = (read: Reader, nids: readonly number[]): Promise<RoomRow[]> =>
  read.all(byNids, { nids: JSON.stringify(nids) })

export interface NewRoom {
  readonly nid: number
  readonly roomId: string
  readonly version: string
  /** Whether the room is in the public directory. */
  readonly isPublic: boolean
}

export function insertRoom(w: Write, { nid, roomId, version, isPublic }: NewRoom): void {
  w.run(insert, { nid, roomId, version, isPublic: Number(isPublic) })
}

/** Sets the current state of the room. */
export function setRoomSnapshot(w: Write, nid: number, snapshot: number): void {
  w.run(updateSnapshot, { nid, snapshot })
}

/** Sets the forward extremities; undefined when the last event of the timeline is the only one. */
export function setRoomHeads(w: Write, nid: number, heads: readonly number[] | undefined): void {
  w.run(updateHeads, { nid, heads: heads ? JSON.stringify(heads) : null })
}
