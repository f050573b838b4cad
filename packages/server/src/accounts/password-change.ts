// Changing a password. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountpassword
import { MatrixError } from '@myelin/protocol/errors'
import { accountOf, setPasswordHash } from '../store/accounts.ts'
import { deleteShortLivedTokensOf } from '../store/tokens.ts'
import type { AccountsContext } from './context.ts'
import { removeDevices } from './devices.ts'
import { passwordFlows, type AuthDict, type InteractiveAuth } from './interactive-auth.ts'
import { requireAdmin, type Requester } from './requester.ts'

export interface PasswordChange {
  /** Absent when the password that is given says who it is. */
  readonly requester: Requester | undefined
  readonly newPassword: string
  /** Whether the user's other sessions end. */
  readonly logoutDevices: boolean
  readonly auth: AuthDict | undefined
}

/** Changes the password of whoever proves who they are. */
export async function changePassword(
  context: AccountsContext,
  interactiveAuth: InteractiveAuth,
  { requester, newPassword, logoutDevices, auth }: PasswordChange,
): Promise<void> {
  context.passwords.requireAcceptable(newPassword)
  const authorized = await interactiveAuth.authorize({
    operation: 'changePassword',
    userId: requester?.userId,
    flows: passwordFlows,
    auth,
    parameters: { newPassword, logoutDevices },
  })
  await setPassword(context, authorized.userId ?? '', { newPassword, logoutDevices, keep: requester?.deviceNid })
  authorized.end()
}

export interface PasswordReset {
  readonly by: Requester
  readonly newPassword: string
  /** Whether the user's sessions end. */
  readonly logoutDevices: boolean
}

/** Sets a user's password on an administrator's word. Throws `M_FORBIDDEN`, `M_NOT_FOUND`, `M_WEAK_PASSWORD`. */
export async function resetPassword(
  context: AccountsContext,
  userId: string,
  { by, newPassword, logoutDevices }: PasswordReset,
): Promise<void> {
  requireAdmin(by)
  context.passwords.requireAcceptable(newPassword)
  await setPassword(context, userId, { newPassword, logoutDevices, keep: undefined })
}

interface NewPassword {
  readonly newPassword: string
  readonly logoutDevices: boolean
  /** The device whose session goes on. */
  readonly keep: number | undefined
}

async function setPassword(
  context: AccountsContext,
  userId: string,
  { newPassword, logoutDevices, keep }: NewPassword,
): Promise<void> {
  const account = await accountOf(context.store.read, userId)
  if (!account || account.isDeactivated) throw new MatrixError('M_NOT_FOUND', 'There is no such account')
  const passwordHash = await context.passwords.hash(newPassword)
  await context.store.write((w) => {
    setPasswordHash(w, account.userNid, passwordHash)
    if (logoutDevices) deleteShortLivedTokensOf(w, account.userNid)
  })
  if (logoutDevices) await removeDevices(context, account.userNid, ({ nid }) => nid !== keep)
}
