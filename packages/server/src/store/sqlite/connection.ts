// Opens the two kinds of connections: one that writes, and those that only read.
import { DatabaseSync } from 'node:sqlite'
import { storeLogPagesHardMax } from '../../limits.ts'

/**
 * What an acknowledged write survives: `power` a loss of power, `process` the end of the process.
 * In `process` mode a loss of power may cost the last writes but never damages the database.
 */
export type Durability = 'power' | 'process'

// The writer's holds the upper pages of the indexes it scatters new rows over. A reader's miss is a copy out of the system's
// own cache, under a microsecond a page, so a larger one, or mapped pages, would buy little for much memory.
const cacheKiB = { writer: 16 * 1024, reader: 8 * 1024 }
const lockWaitMs = 10_000

/** Opens the connection of the only writer, creating the file if it is absent. */
export function openForWriting(path: string, durability: Durability): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: lockWaitMs })
  // 4 KiB pages: measured 1.1–1.5 times the commits of 8 KiB, because each change rewrites whole pages in the log.
  database.exec('PRAGMA page_size = 4096')
  // The log takes a commit as one sequential write, and readers see a commit only after its sync.
  database.exec('PRAGMA journal_mode = WAL')
  database.exec(`PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'}`)
  // A long log lets hot pages be rewritten many times before they reach the file once. Usually a thread of its own
  // checkpoints it long before a commit has to.
  database.exec(`PRAGMA wal_autocheckpoint = ${storeLogPagesHardMax}`)
  database.exec(`PRAGMA cache_size = -${cacheKiB.writer}`)
  database.exec('PRAGMA temp_store = MEMORY')
  return database
}

/** Opens a connection that cannot write. The file must exist. */
export function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: lockWaitMs })
  database.exec(`PRAGMA cache_size = -${cacheKiB.reader}`)
  database.exec('PRAGMA temp_store = MEMORY')
  return database
}
