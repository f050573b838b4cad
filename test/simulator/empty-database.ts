// A database with its tables and nothing in them, as a file: made once, because making them takes a server most of its
// start, and given to every new server.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrations } from '@myelin/server/store/migrations/migrations'
import { openForWriting } from '@myelin/server/store/sqlite/connection'
import { migrate } from '@myelin/server/store/sqlite/migrate'

let made: Buffer | undefined

/** What the file of a new database holds. */
export const emptyDatabase = (): Buffer => (made ??= make())

function make(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-simulation-'))
  try {
    const path = join(folder, 'myelin.db')
    const database = openForWriting(path, 'process')
    migrate(database, migrations, { now: () => 0 })
    database.close()
    return readFileSync(path)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
