// Registration tokens: their validity, their use, and how an operator makes one.
import { MatrixError } from '@myelin/protocol/errors'
import { isOpaqueId } from '@myelin/protocol/identifiers'
import { randomString } from '../environment.ts'
import { insertRegistrationToken, registrationToken, type RegistrationToken } from '../store/registration-tokens.ts'
import type { AccountsContext } from './context.ts'

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

/** Makes a registration token. Throws `M_INVALID_PARAM` when it exists or is not an opaque identifier. */
export async function addRegistrationToken(
  context: AccountsContext,
  options: RegistrationTokenOptions,
): Promise<string> {
  const token = options.token ?? randomString(context.environment, 16)
  if (!isOpaqueId(token) || token.length > 64)
    throw new MatrixError('M_INVALID_PARAM', 'A registration token has 1 to 64 characters of A-Z a-z 0-9 . _ ~ -')
  return context.mutex.run(`registration token ${token}`, async () => {
    if (await registrationToken(context.store.read, token))
      throw new MatrixError('M_INVALID_PARAM', 'There is such a registration token already')
    await context.store.write((w) =>
      insertRegistrationToken(w, { token, usesAllowed: options.usesAllowed, expiresMs: options.expiresMs }),
    )
    return token
  })
}
