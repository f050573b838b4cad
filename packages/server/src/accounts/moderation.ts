// Locking and suspending accounts, and looking at their sessions, as administrators of the server do.
// https://spec.matrix.org/v1.19/client-server-api/#account-moderation
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import { accountOf, setModeration, type Account } from '../store/accounts.ts'
import { devicesOf } from '../store/devices.ts'
import type { AccountsContext } from './context.ts'
import { requireAdmin, type Requester } from './requester.ts'

/** What can be done to an account. */
export interface ModerationChange {
  readonly what: 'locked' | 'suspended'
  readonly to: boolean
}

/** Whether an account is locked and suspended. Throws `M_FORBIDDEN` unless `by` is an administrator, `M_NOT_FOUND`. */
export async function moderationOf(
  context: AccountsContext,
  userId: UserId,
  by: Requester,
): Promise<{ locked: boolean; suspended: boolean }> {
  const account = await moderated(context, userId, by)
  return { locked: account.isLocked, suspended: account.isSuspended }
}

/** Locks, unlocks, suspends or unsuspends an account. Throws as `moderationOf` does; administrators are safe. */
export async function moderate(
  context: AccountsContext,
  userId: UserId,
  { by, change }: { by: Requester; change: ModerationChange },
): Promise<void> {
  const account = await moderated(context, userId, by)
  if (account.isAdmin) throw new MatrixError('M_FORBIDDEN', 'Administrators cannot be locked or suspended')
  await context.store.write((w) => setModeration(w, account.userNid, change))
  context.authentication.forget(account.userNid)
}

async function moderated({ store, config }: AccountsContext, userId: UserId, by: Requester): Promise<Account> {
  requireAdmin(by)
  if (!userId.endsWith(`:${config.serverName}`))
    throw new MatrixError('M_INVALID_PARAM', 'This is not a user of this server')
  const account = await accountOf(store.read, userId)
  if (!account || account.isDeactivated) throw new MatrixError('M_NOT_FOUND', 'There is no such account')
  return account
}

/** A device and where it was last used from. */
export interface WhoIsConnection {
  ip?: string
  last_seen?: number
  user_agent?: string
}

/** Where a user is connected from, by device: for the user and for administrators. */
export async function whoIs(
  { store }: AccountsContext,
  userId: UserId,
  by: Requester,
): Promise<Record<string, { sessions: { connections: WhoIsConnection[] }[] }>> {
  if (by.userId !== userId) requireAdmin(by)
  const account = await accountOf(store.read, userId)
  if (!account) throw new MatrixError('M_NOT_FOUND', 'There is no such account')
  const devices = await devicesOf(store.read, account.userNid)
  return Object.fromEntries(
    devices.map(({ deviceId, lastSeenIp, lastSeenMs, lastSeenAgent }) => {
      const connection = {
        ...(lastSeenIp !== null && { ip: lastSeenIp }),
        ...(lastSeenMs !== null && { last_seen: lastSeenMs }),
        ...(lastSeenAgent !== null && { user_agent: lastSeenAgent }),
      }
      return [deviceId, { sessions: [{ connections: [connection] }] }]
    }),
  )
}
