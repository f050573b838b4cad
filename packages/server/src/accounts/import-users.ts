// Accounts from elsewhere, with the hashes of their passwords.
import type { Store } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import { accountOf, insertAccount } from '../store/accounts.ts'

export interface ImportedUser {
  readonly userId: string
  readonly passwordHash: string
}

/** Adds the account unless there is one; whether it was added. */
export async function importUser(store: Store, users: Users, user: ImportedUser & { nowMs: number }): Promise<boolean> {
  const { userId, passwordHash, nowMs: createdMs } = user
  if (await accountOf(store.read, userId)) return false
  const userNid = await users.intern(userId)
  const kind = { isGuest: false, isAdmin: false, userType: undefined }
  await store.write((w) => insertAccount(w, { ...kind, userNid, passwordHash, createdMs }))
  return true
}
