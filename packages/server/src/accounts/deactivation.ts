// Deactivating an account: its sessions, password and profile go at once, then its user leaves all rooms.
// https://spec.matrix.org/v1.19/client-server-api/#account-deactivation
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import { deleteAccountData } from '../store/account-data.ts'
import { accountOf, departingAccounts, markDeactivated, markDeparted } from '../store/accounts.ts'
import { deleteProfile } from '../store/profiles.ts'
import { deleteShortLivedTokensOf } from '../store/tokens.ts'
import type { AccountsContext } from './context.ts'
import { removeDevices } from './devices.ts'
import { passwordFlows, type AuthDict, type InteractiveAuth } from './interactive-auth.ts'
import { requireAdmin, type Requester } from './requester.ts'

export interface Deactivation {
  /** Absent when the password that is given says who it is. */
  readonly requester: Requester | undefined
  readonly auth: AuthDict | undefined
  /** The user asks that others no longer see what they wrote. */
  readonly erase: boolean
}

/** Deactivates the account of whoever proves who they are. It cannot be undone, nor the name given again. */
export async function deactivate(
  context: AccountsContext,
  interactiveAuth: InteractiveAuth,
  { requester, auth, erase }: Deactivation,
): Promise<void> {
  const { userId } = await interactiveAuth.authorize({
    operation: 'deactivateAccount',
    userId: requester?.userId,
    flows: passwordFlows,
    auth,
    parameters: { erase },
  })
  await deactivateAccount(context, userId ?? '', erase)
}

/** Deactivates an account on an administrator's word. Throws `M_FORBIDDEN`, `M_NOT_FOUND`. */
export async function deactivateUser(
  context: AccountsContext,
  userId: string,
  { by, erase }: { by: Requester; erase: boolean },
): Promise<void> {
  requireAdmin(by)
  await deactivateAccount(context, userId, erase)
}

async function deactivateAccount(context: AccountsContext, userId: string, erase: boolean): Promise<void> {
  const account = await accountOf(context.store.read, userId)
  if (!account) throw new MatrixError('M_NOT_FOUND', 'There is no such account')
  const { userNid } = account
  const { durablePosition: position } = context.store
  await context.store.write((w) => {
    markDeactivated(w, userNid, { nowMs: context.environment.now(), erase, position })
    deleteShortLivedTokensOf(w, userNid)
    deleteProfile(w, userNid)
    deleteAccountData(w, userNid)
  })
  await removeDevices(context, userNid, () => true)
  await depart(context, { userNid, userId: userId as UserId, erase })
}

async function depart(
  { hooks, store }: AccountsContext,
  account: { readonly userNid: number; readonly userId: UserId; readonly erase: boolean },
): Promise<void> {
  await hooks.onDeactivated?.(account)
  await store.write((w) => markDeparted(w, account.userNid))
}

/**
 * Finishes the deactivations that a stop of the server has interrupted. Returns what went wrong; those accounts are
 * tried again at the next start.
 */
export async function resumeDepartures(context: AccountsContext): Promise<unknown[]> {
  const failures: unknown[] = []
  for (const { userNid, userId, isErased } of await departingAccounts(context.store.read)) {
    try {
      await removeDevices(context, userNid, () => true)
      await depart(context, { userNid, userId: userId as UserId, erase: isErased === 1 })
    } catch (error) {
      failures.push(error)
    }
  }
  return failures
}
