// One atomic change while it is gathered, and what is kept of it until it is durable.
import { sql, type SqlValue, type Statement, type Values } from '../sql.ts'
import type { Journaled, JournalEntry, StoreError, Write } from '../store.ts'
import type { Operation } from './messages.ts'
import type { StatementNumbers } from './statement-numbers.ts'

const insertEntry = sql`INSERT INTO journal (position, kind, room_nid, user_nid, ref)
  VALUES (${'position'}, ${'kind'}, ${'room'}, ${'user'}, ${'ref'})`

/** A gathered change on its way to the disk. */
export interface Change {
  readonly operations: readonly Operation[]
  readonly entries: readonly Journaled[]
  readonly bytes: number
  settle(error?: StoreError): void
}

/** The write handle given to the callback of `store.write`. */
export class Gathering implements Write {
  readonly operations: Operation[] = []
  readonly entries: Journaled[] = []
  /** Position of the last entry. */
  position: number
  bytes = 0
  readonly #statements: StatementNumbers
  #open = true

  constructor(statements: StatementNumbers, position: number) {
    this.#statements = statements
    this.position = position
  }

  run<Name extends string>(statement: Statement<Name>, values: Values<Name>): void {
    if (!this.#open) throw new TypeError('A write handle is valid only inside its callback')
    const operation: Operation = [this.#statements.of(statement)]
    for (const name of statement.names) {
      const value = values[name]
      this.bytes += sizeOf(value, name)
      operation.push(value)
    }
    this.operations.push(operation)
  }

  journal(entry: JournalEntry): number {
    const { kind, room, user, ref } = entry
    const position = this.position + 1
    this.run(insertEntry, { position, kind, room, user, ref })
    this.entries.push({ position, kind, room, user, ref })
    this.position = position
    return position
  }

  close(): void {
    this.#open = false
  }
}

const numberBytes = 8

/** Rough size of a value; refuses what the database could not hold before it can spoil a whole transaction. */
function sizeOf(value: SqlValue, name: string): number {
  if (typeof value === 'string') return value.length
  if (value === null || (typeof value === 'number' && Number.isFinite(value))) return numberBytes
  throw new TypeError(`Parameter ${name} has a value that cannot be stored: ${String(value)}`)
}
