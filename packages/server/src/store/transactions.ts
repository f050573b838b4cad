// Requests that devices have made under a transaction id, so that a repeated request is answered and not done again.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface TransactionRow extends Row {
  readonly transactionId: string
  /** The request's path without the transaction id. */
  readonly key: string
  /** The event it made. */
  readonly eventNid: number | null
  /** The response of a request that made no event. */
  readonly response: string | null
}

const insert = sql`INSERT INTO transactions (device_nid, transaction_id, key, event_nid, response, ts)
  VALUES (${'deviceNid'}, ${'transactionId'}, ${'key'}, ${'eventNid'}, ${'response'}, ${'ts'})
  ON CONFLICT (device_nid, transaction_id, key) DO UPDATE SET
    event_nid = excluded.event_nid, response = excluded.response, ts = excluded.ts`
const ofDevice = sql`SELECT transaction_id AS "transactionId", key, event_nid AS "eventNid", response FROM transactions
  WHERE device_nid = ${'deviceNid'} AND ts >= ${'since'} ORDER BY ts DESC LIMIT ${'limit'}`
const one = sql`SELECT transaction_id AS "transactionId", key, event_nid AS "eventNid", response FROM transactions
  WHERE device_nid = ${'deviceNid'} AND transaction_id = ${'transactionId'} AND key = ${'key'}`
const pruneDevice = sql`DELETE FROM transactions WHERE device_nid = ${'deviceNid'} AND ts < ${'before'}`
const removeDevice = sql`DELETE FROM transactions WHERE device_nid = ${'deviceNid'}`

/** Scope and id of a request. */
export interface TransactionKey {
  readonly deviceNid: number
  readonly transactionId: string
  readonly key: string
}

/** Remembers the event a request made; an id that is used again after its answer was forgotten stands for the new one. */
export function rememberTransaction(
  w: Write,
  { deviceNid, transactionId, key }: TransactionKey,
  event: { readonly nid: number; readonly ts: number },
): void {
  w.run(insert, { deviceNid, transactionId, key, eventNid: event.nid, response: null, ts: event.ts })
}

/** Remembers the response of a request that made no event. `ts` in milliseconds since the epoch. */
export function rememberResponse(
  w: Write,
  { deviceNid, transactionId, key }: TransactionKey,
  answer: { readonly response: string; readonly ts: number },
): void {
  w.run(insert, { deviceNid, transactionId, key, eventNid: null, response: answer.response, ts: answer.ts })
}

/** What came of one request, undefined if it is not remembered. */
export const transactionOf = (
  read: Reader,
  { deviceNid, transactionId, key }: TransactionKey,
): Promise<TransactionRow | undefined> => read.get(one, { deviceNid, transactionId, key })

/** A device's requests since `since` (milliseconds since the epoch), newest first, at most `limit`. */
export const recentTransactions = (
  read: Reader,
  deviceNid: number,
  { since, limit }: { readonly since: number; readonly limit: number },
): Promise<TransactionRow[]> => read.all(ofDevice, { deviceNid, since, limit })

/** Forgets a device's requests from before `before`, milliseconds since the epoch. */
export function pruneTransactions(w: Write, deviceNid: number, before: number): void {
  w.run(pruneDevice, { deviceNid, before })
}

/** Forgets everything of a device that is deleted. */
export function deleteTransactions(w: Write, deviceNid: number): void {
  w.run(removeDevice, { deviceNid })
}
