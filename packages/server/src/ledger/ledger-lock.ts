// One server writes a ledger: a lock in the repository, whichever data folder the server has.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gitFolderOf, initRepository } from '../config/git-store.ts'
import { lockFolder } from '../store/sqlite/folder-lock.ts'
import { openRepository } from './git/repository.ts'

/** Locks the ledger in a folder until the returned function is called; a folder without a repository becomes one. */
export function lockLedger(folder: string): () => void {
  if (gitFolderOf(folder) === undefined) initRepository(folder)
  using repository = openRepository(folder)
  const place = join(repository.commonFolder, 'myelin-ledger')
  mkdirSync(place, { recursive: true, mode: 0o700 })
  return lockFolder(place)
}
