// Registration tokens: their validity, their use, and how an operator makes one.
import { MatrixError } from '@myelin/protocol/errors'
import { isOpaqueId } from '@myelin/protocol/identifiers'
import { randomString } from '../environment.ts'
import {
  allRegistrationTokens,
  deleteRegistrationToken,
  insertRegistrationToken,
  registrationToken,
  type RegistrationToken,
} from '../store/registration-tokens.ts'
import type { AccountsContext } from './context.ts'
import { requireAdmin, type Requester } from './requester.ts'

/** Whether a token exists, has not expired and has uses left. */
export const isUsable = (token: RegistrationToken | undefined, nowMs: number): boolean =>
  token !== undefined &&
  (token.expiresMs === null || token.expiresMs > nowMs) &&
  (token.usesAllowed === null || token.completed < token.usesAllowed)

/** Whether somebody could register with the token now. */
export async function isValidRegistrationToken(context: AccountsContext, token: string): Promise<boolean> {
  return isUsable(await registrationToken(context.store.read, token), context.environment.now())
}

export interface RegistrationTokenOptions {
  /** The token itself; random unless given. */
  readonly token?: string | undefined
  /** How many accounts it may make; any number unless given. */
  readonly usesAllowed?: number | undefined
  /** Milliseconds since the epoch; never unless given. */
  readonly expiresMs?: number | undefined
}

/** All registration tokens. Throws `M_FORBIDDEN` unless `by` is an administrator; likewise the others. */
export async function listRegistrationTokens(context: AccountsContext, by: Requester): Promise<RegistrationToken[]> {
  requireAdmin(by)
  return allRegistrationTokens(context.store.read)
}

/** Makes a registration token. Throws `M_INVALID_PARAM` when it exists or is not an opaque identifier. */
export async function addRegistrationToken(
  context: AccountsContext,
  by: Requester,
  options: RegistrationTokenOptions,
): Promise<string> {
  requireAdmin(by)
  const token = options.token ?? randomString(context.environment, 16)
  if (!isOpaqueId(token) || token.length > 64)
    throw new MatrixError('M_INVALID_PARAM', 'A registration token has 1 to 64 characters of A-Z a-z 0-9 . _ ~ -')
  return alone(context, token, async () => {
    if (await registrationToken(context.store.read, token))
      throw new MatrixError('M_INVALID_PARAM', 'There is such a registration token already')
    await context.store.write((w) =>
      insertRegistrationToken(w, { token, usesAllowed: options.usesAllowed, expiresMs: options.expiresMs }),
    )
    return token
  })
}

/** Removes a registration token. Throws `M_NOT_FOUND`. */
export async function removeRegistrationToken(context: AccountsContext, by: Requester, token: string): Promise<void> {
  requireAdmin(by)
  await alone(context, token, async () => {
    if (!(await registrationToken(context.store.read, token)))
      throw new MatrixError('M_NOT_FOUND', 'There is no such registration token')
    await context.store.write((w) => deleteRegistrationToken(w, token))
  })
}

/** Runs `work` when nobody else uses, makes or removes that token. */
export const alone = <T>({ mutex }: AccountsContext, token: string, work: () => Promise<T>): Promise<T> =>
  mutex.run(`registration token ${token}`, work)
