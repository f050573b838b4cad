// What the store and its writer thread say to each other. Plain data: nested arrays clone faster than text can be built and parsed.
import type { SqlValue } from '../sql.ts'
import type { Durability } from './connection.ts'

/** A statement's number, then its values in order. */
export type Operation = [statement: number, ...values: SqlValue[]]

export interface WriterOptions {
  readonly path: string
  readonly durability: Durability
  /** Bound of the file's size, pages of 4 KiB; absent for none. */
  readonly pagesMax?: number
  /** Length of the log from which on it is moved into the database, pages of 4 KiB; `storeLogPagesMax` unless told. */
  readonly logPagesMax?: number
}

export interface Batch {
  readonly kind: 'batch'
  /** Counts up with every batch. */
  readonly id: number
  /** Counts up with every failure: batches of a failed generation are dropped. */
  readonly generation: number
  /** Texts of statements that occur for the first time. */
  readonly statements: readonly (readonly [statement: number, text: string])[]
  readonly operations: readonly Operation[]
}

export type ToWriter = Batch | { readonly kind: 'close' }

export type FromWriter =
  | { readonly kind: 'ready' }
  /** Everything up to and including batch `id` is durable. */
  | { readonly kind: 'durable'; readonly id: number; readonly commitMs: number }
  | { readonly kind: 'failed'; readonly generation: number; readonly cause: Error }
  | { readonly kind: 'closed' }
