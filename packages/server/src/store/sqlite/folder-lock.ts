// Keeps a second process out of the data folder. The lock is the operating system's, so it ends with the process that holds it.
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { StoreError } from '../store.ts'

/** Locks `folder` until the returned function is called. Throws StoreError if someone else holds it. */
export function lockFolder(folder: string): () => void {
  const lock = openLock(folder)
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new StoreError(`The data folder ${folder} is in use by another Myelin process. Stop it first.`, { cause })
  }
  return () => lock.close()
}

function openLock(folder: string): DatabaseSync {
  try {
    return new DatabaseSync(join(folder, 'myelin.lock'), { timeout: 0 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError(`Nothing can be written to the data folder ${folder}: ${reason}`, { cause })
  }
}
