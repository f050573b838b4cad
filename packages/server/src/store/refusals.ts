// Why events of other servers were not accepted. What was dropped is not stored, and its reasons neither.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface Refusal {
  readonly eventNid: number
  /** The number of the rule on the page of the room's version, or a word for what stands elsewhere. */
  readonly rule: string
  readonly reason: string
  /** When, milliseconds since the epoch. */
  readonly ts: number
}

const insert = sql`INSERT INTO refused_events (event_nid, rule, reason, ts)
  VALUES (${'eventNid'}, ${'rule'}, ${'reason'}, ${'ts'})
  ON CONFLICT (event_nid) DO UPDATE SET rule = excluded.rule, reason = excluded.reason, ts = excluded.ts`
const select = sql`SELECT event_nid AS "eventNid", rule, reason, ts FROM refused_events WHERE event_nid = ${'eventNid'}`

/** Keeps why an event was rejected or soft-failed. */
export function saveRefusal(w: Write, { eventNid, rule, reason, ts }: Refusal): void {
  w.run(insert, { eventNid, rule, reason, ts })
}

/** Why an event was refused, undefined if it was not. */
export const refusalOf = (read: Reader, eventNid: number): Promise<(Refusal & Row) | undefined> =>
  read.get(select, { eventNid })
