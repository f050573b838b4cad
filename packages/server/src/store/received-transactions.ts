// Answers to the last transactions of other servers, so that one that comes again is answered as it was.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface ReceivedTransactionRow extends Row {
  /** Place among those of its origin; the places are used in turn. */
  readonly slot: number
  readonly transactionId: string
  /** JSON text of the answer. */
  readonly answer: string
  /** Milliseconds since the epoch. */
  readonly ts: number
}

const ofOrigin = sql`SELECT slot, transaction_id AS "transactionId", answer, ts FROM received_transactions
  WHERE origin = ${'origin'} ORDER BY ts, slot`
const insert = sql`INSERT INTO received_transactions (origin, slot, transaction_id, answer, ts)
  VALUES (${'origin'}, ${'slot'}, ${'transactionId'}, ${'answer'}, ${'ts'})
  ON CONFLICT (origin, slot) DO UPDATE SET transaction_id = excluded.transaction_id, answer = excluded.answer,
    ts = excluded.ts`
const prune = sql`DELETE FROM received_transactions WHERE ts < ${'before'}`

/** What is remembered of a server's transactions, oldest first. */
export const receivedTransactionsOf = (read: Reader, origin: string): Promise<ReceivedTransactionRow[]> =>
  read.all(ofOrigin, { origin })

export interface AnsweredTransaction {
  readonly origin: string
  readonly slot: number
  readonly transactionId: string
  readonly answer: string
  readonly ts: number
}

/** Remembers an answer in place of the one that had its slot. */
export function saveReceivedTransaction(w: Write, { origin, slot, transactionId, answer, ts }: AnsweredTransaction) {
  w.run(insert, { origin, slot, transactionId, answer, ts })
}

/** Forgets what was answered before `before`, milliseconds since the epoch. */
export function pruneReceivedTransactions(w: Write, before: number): void {
  w.run(prune, { before })
}
