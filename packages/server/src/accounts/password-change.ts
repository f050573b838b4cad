// Changing a password. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountpassword
import { MatrixError } from '@myelin/protocol/errors'
import { accountOf, setPasswordHash } from '../store/accounts.ts'
import { deleteShortLivedTokensOf } from '../store/tokens.ts'
import type { AccountsContext } from './context.ts'
import { removeDevices } from './devices.ts'
import { passwordFlows, type AuthDict, type InteractiveAuth } from './interactive-auth.ts'
import type { Requester } from './requester.ts'

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
  const account = await accountOf(context.store.read, authorized.userId ?? '')
  if (!account) throw new MatrixError('M_FORBIDDEN', 'There is no such account')
  const passwordHash = await context.passwords.hash(newPassword)
  await context.store.write((w) => {
    setPasswordHash(w, account.userNid, passwordHash)
    if (logoutDevices) deleteShortLivedTokensOf(w, account.userNid)
  })
  if (logoutDevices) await removeDevices(context, account.userNid, ({ nid }) => nid !== requester?.deviceNid)
  authorized.end()
}
