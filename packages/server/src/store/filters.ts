// Filters that clients have uploaded, per user, each content once.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface StoredFilter extends Row {
  readonly filterId: number
  /** JSON text. */
  readonly content: string
}

const selectAll = sql`
  SELECT filter_id AS "filterId", content FROM filters WHERE user_nid = ${'userNid'} ORDER BY filter_id`

/** All filters of a user, oldest first. */
export function filtersOf(read: Reader, userNid: number): Promise<StoredFilter[]> {
  return read.all<StoredFilter, 'userNid'>(selectAll, { userNid })
}

const selectOne = sql`SELECT content FROM filters WHERE user_nid = ${'userNid'} AND filter_id = ${'filterId'}`

/** The content of a filter, as JSON text. */
export async function filterContent(read: Reader, userNid: number, filterId: number): Promise<string | undefined> {
  const row = await read.get<{ content: string }, 'userNid' | 'filterId'>(selectOne, { userNid, filterId })
  return row?.content
}

const insert = sql`
  INSERT INTO filters (user_nid, filter_id, content) VALUES (${'userNid'}, ${'filterId'}, ${'content'})`

/** Adds a filter. */
export function insertFilter(w: Write, userNid: number, filter: StoredFilter): void {
  w.run(insert, { userNid, filterId: filter.filterId, content: filter.content })
}
