// The store's interface: a read handle, a write handle that gathers one atomic change, and the journal's position.
// Free of any database: `store/sqlite/` implements it, PostgreSQL will.
import type { SqlValue, Statement, Values } from './sql.ts'

export type Row = Readonly<Record<string, SqlValue>>

/** Reads what is committed. May lag behind writes that are not durable yet; the hot structures in memory do not. */
export interface Reader {
  all<R extends Row, Name extends string = never>(statement: Statement<Name>, values: Values<Name>): Promise<R[]>
  get<R extends Row, Name extends string = never>(
    statement: Statement<Name>,
    values: Values<Name>,
  ): Promise<R | undefined>
}

/** What changed, for the readers of the journal. */
export const journalKind = {
  event: 1,
  receipt: 2,
  typing: 3,
  accountData: 4,
  presence: 5,
  profile: 6,
  toDevice: 7,
  deviceList: 8,
  pushRules: 9,
  /** Those who share a room with the user are told of a `deviceList` change. */
  deviceListTold: 10,
  /** A one-time or fallback key of the device `ref` was given out. */
  keyClaimed: 11,
  /** EDUs for other servers are kept in `outbound_edus` under this position. */
  keptEdu: 12,
  /** The membership of the user moved with the state of the room, to that of the event `ref`, or to none. */
  memberMoved: 13,
} as const
export type JournalKind = (typeof journalKind)[keyof typeof journalKind]

/** One change. `room` and `user` are nids, 0 where the change has none; `ref` is the nid of the row it is about, or 0. */
export interface JournalEntry {
  readonly kind: JournalKind
  readonly room: number
  readonly user: number
  readonly ref: number
}

/** Gathers the statements of one atomic change. Valid only inside the synchronous callback of `store.write`. */
export interface Write {
  run<Name extends string>(statement: Statement<Name>, values: Values<Name>): void
  /** Numbers the change: returns its position in the journal, gapless and strictly increasing. */
  journal(entry: JournalEntry): number
}

export interface Journaled extends JournalEntry {
  readonly position: number
}

export interface Store extends AsyncDisposable {
  readonly read: Reader
  /**
   * Runs `change` synchronously, at once, to gather statements; resolves with its result when they are durable.
   * Changes become durable in the order of their calls. If `change` throws, nothing is written and no position is used.
   */
  write<T>(change: (write: Write) => T): Promise<T>
  /** Position up to which everything is durable: what readers of the journal may show. */
  readonly durablePosition: number
  /** Called after the durable position has moved, with the entries that became durable, in order. */
  onDurable(listener: (entries: readonly Journaled[]) => void): void
  /** Entries after `position`, oldest first, at most `limit`. */
  journalSince(position: number, limit: number): Promise<Journaled[]>
  /** Called when a commit has failed and memory is ahead of the disk: caches of unwritten state must be dropped. */
  onReset(listener: () => void): void
  /** The next free nid of a family of rows (`events`, `users`, …), counted in memory by the only writer. Never reused. */
  nextNid(family: NidFamily): number
  /** Counts since the start, for metrics and tests. */
  statistics(): StoreStatistics
}

export interface StoreStatistics {
  /** Transactions made durable. */
  readonly commits: number
  /** Changes (`store.write` calls) made durable. */
  readonly writes: number
  /** Statements executed in those changes. */
  readonly rows: number
  /** Statements read. */
  readonly reads: number
  /** Changes gathered and not durable yet. */
  readonly queueDepth: number
  /** Duration of the last transaction with its sync, milliseconds. */
  readonly lastCommitMs: number
}

/** The store could not do what was asked; `cause` has the database's own error. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}

export type NidFamily = 'events' | 'rooms' | 'users' | 'devices' | 'snapshots' | 'webhooks' | 'webhook_deliveries'
