// Room aliases of this server.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface AliasRow extends Row {
  readonly alias: string
  readonly roomNid: number
  readonly creatorNid: number
}

const byAlias = sql`SELECT alias, room_nid AS "roomNid", creator_nid AS "creatorNid" FROM aliases
  WHERE alias = ${'alias'}`
const ofRoom = sql`SELECT alias, room_nid AS "roomNid", creator_nid AS "creatorNid" FROM aliases
  WHERE room_nid = ${'roomNid'} ORDER BY alias`
const insert = sql`INSERT INTO aliases (alias, room_nid, creator_nid)
  VALUES (${'alias'}, ${'roomNid'}, ${'creatorNid'})`
const remove = sql`DELETE FROM aliases WHERE alias = ${'alias'}`
const move = sql`UPDATE aliases SET room_nid = ${'to'} WHERE room_nid = ${'from'}`

/** Where an alias points, undefined if nowhere. */
export const aliasRow = (read: Reader, alias: string): Promise<AliasRow | undefined> => read.get(byAlias, { alias })

/** The aliases that point to a room. */
export const aliasesOfRoom = (read: Reader, roomNid: number): Promise<AliasRow[]> => read.all(ofRoom, { roomNid })

/** Adds an alias, which must not exist: the caller has looked, under a mutex of the alias. */
export function insertAlias(
  w: Write,
  { alias, roomNid, creatorNid }: { readonly alias: string; readonly roomNid: number; readonly creatorNid: number },
): void {
  w.run(insert, { alias, roomNid, creatorNid })
}

export function deleteAlias(w: Write, alias: string): void {
  w.run(remove, { alias })
}

/** Points every alias of one room to another, as an upgrade does. */
export function moveAliases(w: Write, from: number, to: number): void {
  w.run(move, { from, to })
}
