// The public room directory: one row per published room, with the text that clients see and the text that is searched.
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface DirectoryRow extends Row {
  readonly roomNid: number
  readonly joinedMembers: number
  readonly roomType: string | null
  /** The room as clients see it: JSON text of a `PublicRoomsChunk`. */
  readonly chunk: string
}

const upsert = sql`INSERT INTO directory (room_nid, joined_members, search, room_type, chunk)
  VALUES (${'roomNid'}, ${'joinedMembers'}, ${'search'}, ${'roomType'}, ${'chunk'})
  ON CONFLICT (room_nid) DO UPDATE SET joined_members = excluded.joined_members, search = excluded.search,
    room_type = excluded.room_type, chunk = excluded.chunk`
const remove = sql`DELETE FROM directory WHERE room_nid = ${'roomNid'}`
const setPublic = sql`UPDATE rooms SET is_public = ${'isPublic'} WHERE nid = ${'roomNid'}`

const columns = fragment('room_nid AS "roomNid", joined_members AS "joinedMembers", room_type AS "roomType", chunk')
const largerFirst = sql`SELECT ${columns} FROM directory
  WHERE (joined_members, room_nid) < (${'joinedMembers'}, ${'roomNid'})
    AND search LIKE ${'pattern'} ESCAPE '!'
    AND (${'roomTypes'} IS NULL OR coalesce(room_type, '') IN (SELECT value FROM json_each(${'roomTypes'})))
  ORDER BY joined_members DESC, room_nid DESC LIMIT ${'limit'}`
const smallerFirst = sql`SELECT ${columns} FROM directory
  WHERE (joined_members, room_nid) > (${'joinedMembers'}, ${'roomNid'})
    AND search LIKE ${'pattern'} ESCAPE '!'
    AND (${'roomTypes'} IS NULL OR coalesce(room_type, '') IN (SELECT value FROM json_each(${'roomTypes'})))
  ORDER BY joined_members, room_nid LIMIT ${'limit'}`
const count = sql`SELECT count(*) AS "rooms" FROM directory`

export interface DirectoryEntry {
  readonly roomNid: number
  readonly joinedMembers: number
  /** Everything a search looks through; compared without regard to case. */
  readonly search: string
  readonly roomType: string | undefined
  readonly chunk: string
}

/** Publishes a room, or updates what is shown of it. */
export function publishRoom(w: Write, { roomNid, joinedMembers, search, roomType, chunk }: DirectoryEntry): void {
  w.run(setPublic, { roomNid, isPublic: 1 })
  w.run(upsert, { roomNid, joinedMembers, search: search.toLowerCase(), roomType: roomType ?? null, chunk })
}

/** Takes a room out of the directory. */
export function unpublishRoom(w: Write, roomNid: number): void {
  w.run(setPublic, { roomNid, isPublic: 0 })
  w.run(remove, { roomNid })
}

export interface DirectoryPage {
  /** The row the page begins after, in the direction of travel; absent for the first page. */
  readonly after?: { readonly joinedMembers: number; readonly roomNid: number } | undefined
  /** Larger rooms first unless told. */
  readonly backwards?: boolean | undefined
  readonly search?: string | undefined
  /** Only rooms of these types; null means rooms without a type. */
  readonly roomTypes?: readonly (string | null)[] | undefined
  readonly limit: number
}

const before = { joinedMembers: -1, roomNid: 0 }
const beyond = { joinedMembers: Number.MAX_SAFE_INTEGER, roomNid: 0 }

/** One page of the directory: larger rooms first, or, backwards, smaller ones first. */
export function directoryPage(read: Reader, page: DirectoryPage): Promise<DirectoryRow[]> {
  const { joinedMembers, roomNid } = page.after ?? (page.backwards ? before : beyond)
  const pattern = `%${(page.search ?? '').toLowerCase().replaceAll(/[!%_]/g, '!$&')}%`
  const roomTypes = page.roomTypes ? JSON.stringify(page.roomTypes.map((type) => type ?? '')) : null
  return read.all(page.backwards ? smallerFirst : largerFirst, {
    joinedMembers,
    roomNid,
    pattern,
    roomTypes,
    limit: page.limit,
  })
}

/** How many rooms are published. */
export const directorySize = async (read: Reader): Promise<number> =>
  (await read.get<{ rooms: number }>(count, {}))?.rooms ?? 0
