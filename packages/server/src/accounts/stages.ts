// The stages of user-interactive authentication this server knows, and what each asks for.
import { MatrixError } from '@myelin/protocol/errors'
import { registrationToken } from '../store/registration-tokens.ts'
import type { AccountsContext } from './context.ts'
import type { Proof, Stage } from './interactive-auth.ts'
import { isUsable } from './registration-tokens.ts'
import { accountNamed } from './user-names.ts'

type StageContext = Pick<AccountsContext, 'store' | 'environment' | 'config' | 'passwords'>

/** Stages by type, e.g. `m.login.password`. */
export const createStages = (context: StageContext): Readonly<Record<string, Stage>> => ({
  'm.login.dummy': () => ({}),
  'm.login.password': (auth, call) => checkPassword(context, auth, call.userId),
  'm.login.registration_token': (auth) => checkRegistrationToken(context, auth),
})

/** https://spec.matrix.org/v1.19/client-server-api/#password-based */
async function checkPassword(
  { store, config, passwords }: StageContext,
  auth: Readonly<Record<string, unknown>>,
  callerId: string | undefined,
): Promise<Proof> {
  const { password } = auth
  if (typeof password !== 'string') throw new MatrixError('M_MISSING_PARAM', 'password is missing')
  const name = userNamed(auth) ?? callerId ?? ''
  const account = await accountNamed(store.read, name, config.serverName)
  const matches = await passwords.matches(password, account?.passwordHash, account?.userId ?? name)
  if (!account || !matches || (callerId !== undefined && account.userId !== callerId))
    throw new MatrixError('M_FORBIDDEN', 'Wrong user name or password')
  return { userId: account.userId }
}

/** The user an `identifier` of type `m.id.user`, or the `user` of old clients, names. */
export function userNamed(auth: Readonly<Record<string, unknown>>): string | undefined {
  const { identifier, user } = auth
  if (typeof identifier !== 'object' || identifier === null) return typeof user === 'string' ? user : undefined
  if (!('type' in identifier) || identifier.type !== 'm.id.user') return ''
  return 'user' in identifier && typeof identifier.user === 'string' ? identifier.user : ''
}

/** https://spec.matrix.org/v1.19/client-server-api/#token-authenticated-registration */
async function checkRegistrationToken(
  { store, environment }: StageContext,
  auth: Readonly<Record<string, unknown>>,
): Promise<Proof> {
  const { token } = auth
  if (typeof token !== 'string') throw new MatrixError('M_MISSING_PARAM', 'token is missing')
  if (!isUsable(await registrationToken(store.read, token), environment.now()))
    throw new MatrixError('M_UNAUTHORIZED', 'The registration token is not valid')
  return { registrationToken: token }
}
