// Users by number: every user ever seen, local or not, has a nid for ever. The pairs asked for lately are in memory.
import { usersCachedMax } from '../limits.ts'
import { sql } from './sql.ts'
import type { Store } from './store.ts'

type UserRow = { nid: number; userId: string }

const byUserId = sql`SELECT nid, user_id AS "userId" FROM users WHERE user_id = ${'userId'}`
const byNids = sql`SELECT nid, user_id AS "userId" FROM users WHERE nid IN (SELECT value FROM json_each(${'nids'}))`
const byUserIds = sql`SELECT nid, user_id AS "userId" FROM users
  WHERE user_id IN (SELECT value FROM json_each(${'userIds'}))`
const insert = sql`INSERT INTO users (nid, user_id) VALUES (${'nid'}, ${'userId'})`

/** One object per store, because it holds what the store may lose. */
export class Users {
  readonly #store: Store
  readonly #nids = new Map<string, number>()
  readonly #userIds = new Map<number, string>()

  constructor(store: Store) {
    this.#store = store
    store.onReset(() => this.#forgetAll())
  }

  /** The nid of a user who is in memory; undefined says nothing about the rest. */
  cached(userId: string): number | undefined {
    return this.#nids.get(userId)
  }

  /** The nid of a user, undefined if never seen. */
  async find(userId: string): Promise<number | undefined> {
    const known = this.#nids.get(userId)
    if (known !== undefined) return known
    const row = await this.#store.read.get<UserRow, 'userId'>(byUserId, { userId })
    return this.#nids.get(userId) ?? (row && this.#remember(row).nid)
  }

  /** The nid of a user, given one if never seen. Its row goes to disk ahead of every later write. */
  async intern(userId: string): Promise<number> {
    const found = await this.find(userId)
    // Someone else may have added the user while this read was under way.
    return found ?? this.#nids.get(userId) ?? this.#add(userId)
  }

  /** The nids of many users, each given one if never seen. */
  async internAll(userIds: readonly string[]): Promise<Map<string, number>> {
    const missing = userIds.filter((userId) => !this.#nids.has(userId))
    const rows =
      missing.length === 0
        ? []
        : await this.#store.read.all<UserRow, 'userIds'>(byUserIds, { userIds: JSON.stringify(missing) })
    const found = new Map(rows.map(({ userId, nid }) => [userId, nid]))
    return new Map(
      userIds.map((userId) => [userId, this.#nids.get(userId) ?? found.get(userId) ?? this.#add(userId)] as const),
    )
  }

  /** The id of a user by nid; undefined for a nid that was never given. */
  async userId(nid: number): Promise<string | undefined> {
    return (await this.userIds([nid])).get(nid)
  }

  /** The ids of many users by nid; unknown nids are left out. */
  async userIds(nids: readonly number[]): Promise<Map<number, string>> {
    const found = new Map<number, string>()
    const missing: number[] = []
    for (const nid of nids) {
      const known = this.#userIds.get(nid)
      if (known === undefined) missing.push(nid)
      else found.set(nid, known)
    }
    if (missing.length === 0) return found
    const rows = await this.#store.read.all<UserRow, 'nids'>(byNids, { nids: JSON.stringify(missing) })
    for (const row of rows) found.set(row.nid, this.#remember(row).userId)
    return found
  }

  #add(userId: string): number {
    const nid = this.#store.nextNid('users')
    this.#remember({ nid, userId })
    // If this fails, so does every write behind it, and the reset empties the memory: nobody is left to tell.
    this.#store.write((w) => w.run(insert, { nid, userId })).catch(() => this.#forget(nid, userId))
    return nid
  }

  #remember(row: UserRow): UserRow {
    if (this.#nids.size >= usersCachedMax) {
      const oldest = this.#nids.entries().next().value
      if (oldest) this.#forget(oldest[1], oldest[0])
    }
    this.#nids.set(row.userId, row.nid)
    this.#userIds.set(row.nid, row.userId)
    return row
  }

  #forget(nid: number, userId: string): void {
    if (this.#nids.get(userId) === nid) this.#nids.delete(userId)
    this.#userIds.delete(nid)
  }

  #forgetAll(): void {
    this.#nids.clear()
    this.#userIds.clear()
  }
}
