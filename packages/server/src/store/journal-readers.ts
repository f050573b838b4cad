// How far the readers of the journal have come, by name.
import { sql } from './sql.ts'
import type { Reader, Write } from './store.ts'

const select = sql`SELECT position FROM journal_readers WHERE name = ${'name'}`
const upsert = sql`INSERT INTO journal_readers (name, position) VALUES (${'name'}, ${'position'})
  ON CONFLICT (name) DO UPDATE SET position = excluded.position`

/** The position a reader has dealt with, undefined if it never ran. */
export const readerPosition = async (read: Reader, name: string): Promise<number | undefined> =>
  (await read.get<{ position: number }, 'name'>(select, { name }))?.position

/** Remembers the position a reader has dealt with. */
export function setReaderPosition(w: Write, name: string, position: number): void {
  w.run(upsert, { name, position })
}
