// Brings a database to the program's schema: applies, in order and each in its own transaction, what is not recorded yet.
import type { DatabaseSync } from 'node:sqlite'
import type { Environment } from '../../environment.ts'
import type { Migration } from '../migrations/migrations.ts'
import { StoreError } from '../store.ts'

/** SQL that only this engine has, by the capability's name in the migrations. */
const capabilities: Readonly<Record<string, string>> = {
  '{clustered}': 'WITHOUT ROWID',
}

/** Throws StoreError if the database was made by a newer version of the program. */
export function migrate(
  database: DatabaseSync,
  migrations: readonly Migration[],
  environment: Pick<Environment, 'now'>,
): void {
  database.exec(
    'CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_ts INTEGER NOT NULL)',
  )
  const applied = new Set(
    database
      .prepare('SELECT version FROM schema_version')
      .all()
      .map((row) => Number(row['version'])),
  )
  refuseNewer(applied, migrations)
  for (const migration of migrations) if (!applied.has(migration.version)) apply(database, migration, environment.now())
}

function refuseNewer(applied: ReadonlySet<number>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ version }) => version))
  const unknown = [...applied].find((version) => !known.has(version))
  if (unknown === undefined) return
  throw new StoreError(
    `The database has schema version ${unknown}, which this version of Myelin does not know. Run the newer version that made it.`,
  )
}

function apply(database: DatabaseSync, { version, name, statements }: Migration, ts: number): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const statement of statements) database.exec(dialect(statement))
    database.prepare('INSERT INTO schema_version (version, name, applied_ts) VALUES (?, ?, ?)').run(version, name, ts)
    database.exec('COMMIT')
  } catch (cause) {
    database.exec('ROLLBACK')
    throw new StoreError(`Migration ${version} (${name}) failed`, { cause })
  }
}

const dialect = (statement: string): string =>
  Object.entries(capabilities).reduce((text, [name, own]) => text.replaceAll(name, own), statement)
