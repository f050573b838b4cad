// The read handle: prepared once per statement, rows as plain objects. Point reads take microseconds on the calling thread.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { SqlValue, Statement, Values } from '../sql.ts'
import type { Reader, Row } from '../store.ts'

interface Prepared {
  readonly statement: StatementSync
  readonly columns: readonly string[]
}

export class SqliteReader implements Reader {
  readonly #database: DatabaseSync
  readonly #prepared = new Map<Statement, Prepared>()
  /** Statements read since the start. */
  reads = 0

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  async all<R extends Row, Name extends string = never>(
    statement: Statement<Name>,
    values: Values<Name>,
  ): Promise<R[]> {
    const { statement: prepared, columns } = this.#prepare(statement)
    return arrays(prepared.all(...inOrder(statement, values))).map((row) => toObject<R>(columns, row))
  }

  async get<R extends Row, Name extends string = never>(
    statement: Statement<Name>,
    values: Values<Name>,
  ): Promise<R | undefined> {
    const { statement: prepared, columns } = this.#prepare(statement)
    const row = prepared.get(...inOrder(statement, values))
    return row === undefined ? undefined : toObject<R>(columns, array(row))
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }

  #prepare(statement: Statement): Prepared {
    this.reads++
    const known = this.#prepared.get(statement)
    if (known !== undefined) return known
    const prepared = this.#database.prepare(statement.text)
    prepared.setReturnArrays(true)
    const entry = { statement: prepared, columns: prepared.columns().map(({ name }) => name) }
    this.#prepared.set(statement, entry)
    return entry
  }
}

const inOrder = <Name extends string>({ names }: Statement<Name>, values: Values<Name>): SqlValue[] =>
  names.map((name) => values[name])

// `setReturnArrays` changes what the driver returns, which its types do not know.
const array = (row: unknown): SqlValue[] => row as SqlValue[]
const arrays = (rows: unknown): SqlValue[][] => rows as SqlValue[][]

/** Names the columns of a row: faster than the driver's own objects, and with an ordinary prototype. */
function toObject<R extends Row>(columns: readonly string[], row: SqlValue[]): R {
  const object: Record<string, SqlValue> = {}
  for (const [i, column] of columns.entries()) object[column] = row[i] ?? null
  return object as R
}
