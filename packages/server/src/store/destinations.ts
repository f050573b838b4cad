// Servers that are behind with what this one sends: the position delivered up to, and how the last attempts went.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface DestinationRow extends Row {
  readonly serverName: string
  /** Everything for the server up to this journal position has been delivered. */
  readonly position: number
  readonly failures: number
  /** Milliseconds since the epoch, like the others. */
  readonly nextTryTs: number
  readonly lastSuccessTs: number
  readonly lastError: string
}

const select = sql`SELECT server_name AS "serverName", position, failures, next_try_ts AS "nextTryTs",
  last_success_ts AS "lastSuccessTs", last_error AS "lastError" FROM destinations`
const upsert = sql`INSERT INTO destinations (server_name, position, failures, next_try_ts, last_success_ts, last_error)
  VALUES (${'serverName'}, ${'position'}, ${'failures'}, ${'nextTryTs'}, ${'lastSuccessTs'}, ${'lastError'})
  ON CONFLICT (server_name) DO UPDATE SET position = excluded.position, failures = excluded.failures,
    next_try_ts = excluded.next_try_ts, last_success_ts = excluded.last_success_ts, last_error = excluded.last_error`
const remove = sql`DELETE FROM destinations WHERE server_name = ${'serverName'}`

/** Every server that is behind. */
export const destinationsBehind = (read: Reader): Promise<DestinationRow[]> => read.all(select, {})

export function setDestinationBehind(w: Write, row: DestinationRow): void {
  w.run(upsert, row)
}

/** The server has got everything. */
export function setDestinationCurrent(w: Write, serverName: string): void {
  w.run(remove, { serverName })
}
