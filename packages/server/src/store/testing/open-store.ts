// A real store in a temporary folder, which closing removes.
import { systemEnvironment } from '../../environment.ts'
import { openSqliteStore, type SqliteStoreOptions } from '../sqlite/sqlite-store.ts'
import type { Store } from '../store.ts'

/** Opens a store for a test: `process` durability unless told, because nobody cuts the power. */
export const openTestStore = (options: Partial<SqliteStoreOptions> = {}): Promise<Store> =>
  openSqliteStore({ durability: 'process', environment: systemEnvironment, ...options })
