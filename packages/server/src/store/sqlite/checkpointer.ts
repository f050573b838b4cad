// A thread that lives for one checkpoint: moves what the log holds into the database while the writer goes on committing.
import { isMainThread, workerData } from 'node:worker_threads'
import { openForWriting } from './connection.ts'
import type { WriterOptions } from './messages.ts'

function checkpoint({ path, durability }: WriterOptions): void {
  const database = openForWriting(path, durability)
  database.exec('PRAGMA wal_checkpoint(PASSIVE)')
  database.close()
}

if (!isMainThread) checkpoint(workerData as WriterOptions)
