// The journal: every change that a client, a server or a bridge may see, in one gapless order.
import { sql } from './sql.ts'
import type { Journaled, JournalKind, Reader, Write } from './store.ts'

interface JournalRow extends Record<string, number> {
  position: number
  kind: JournalKind
  room: number
  user: number
  ref: number
}

const selectAfter = sql`SELECT position, kind, room_nid AS room, user_nid AS "user", ref FROM journal
  WHERE position > ${'position'} ORDER BY position LIMIT ${'limit'}`
const selectLast = sql`SELECT coalesce(max(position), 0) AS position FROM journal`
const deleteThrough = sql`DELETE FROM journal
  WHERE position <= ${'position'} AND position < (SELECT max(position) FROM journal)`

/** Entries after `position`, oldest first, at most `limit`. */
export async function entriesAfter(read: Reader, position: number, limit: number): Promise<Journaled[]> {
  return read.all<JournalRow, 'position' | 'limit'>(selectAfter, { position, limit })
}

/** The position of the newest entry, 0 if there is none. */
export async function lastPosition(read: Reader): Promise<number> {
  return (await read.get<{ position: number }>(selectLast, {}))?.position ?? 0
}

/** Forgets entries up to and including `position`. The newest entry always stays, because numbering goes on from it. */
export function pruneJournal(w: Write, position: number): void {
  w.run(deleteThrough, { position })
}
