// Logging in: with a password or with a token another session has made.
// https://spec.matrix.org/v1.19/client-server-api/#login
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import { loginTokenLifetimeMs } from '../limits.ts'
import { accountOf, setPasswordHash, type Account } from '../store/accounts.ts'
import { deleteShortLivedToken, insertShortLivedToken, shortLivedToken } from '../store/tokens.ts'
import { userLocked } from './authentication.ts'
import type { AccountsContext } from './context.ts'
import { passwordFlows, type AuthDict, type InteractiveAuth } from './interactive-auth.ts'
import type { Origin, Requester } from './requester.ts'
import { newSecret, secretHash } from './secrets.ts'
import { openSession, requireSessionWishes, type NewSession, type SessionWishes } from './sessions.ts'
import { userNamed } from './stages.ts'
import { accountNamed } from './user-names.ts'

/** The parameters of `/login`. */
export interface LoginRequest extends SessionWishes {
  readonly type: string
  readonly identifier?: { readonly type: string } | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
  readonly token?: string | undefined
}

export interface LoggedIn extends NewSession {
  well_known?: { 'm.homeserver': { base_url: string } }
}

/** What `GET /login` lists. */
export const loginFlows = [{ type: 'm.login.password' }, { type: 'm.login.token', get_login_token: true }]

/**
 * Opens a session. Throws `M_FORBIDDEN` for wrong credentials, `M_USER_DEACTIVATED`, `M_USER_LOCKED`.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3login
 */
export async function login(context: AccountsContext, request: LoginRequest, origin: Origin): Promise<LoggedIn> {
  requireSessionWishes(request)
  const account = await authenticated(context, request)
  if (account.isDeactivated) throw new MatrixError('M_USER_DEACTIVATED', 'This account has been deactivated')
  if (account.isLocked) throw userLocked()
  const owner = { userNid: account.userNid, userId: account.userId as UserId }
  const session = await openSession(context, owner, { wishes: request, origin })
  const { publicBaseUrl } = context.config
  return publicBaseUrl === '' ? session : { ...session, well_known: { 'm.homeserver': { base_url: publicBaseUrl } } }
}

function authenticated(context: AccountsContext, request: LoginRequest): Promise<Account> {
  switch (request.type) {
    case 'm.login.password':
      return byPassword(context, request)
    case 'm.login.token':
      return byToken(context, request)
    case 'm.login.application_service':
      throw new MatrixError('M_APPSERVICE_LOGIN_UNSUPPORTED', 'This server knows no application services')
    default:
      throw new MatrixError('M_UNKNOWN', `${request.type} is not a way to log in here`, { status: 400 })
  }
}

async function byPassword(context: AccountsContext, request: LoginRequest): Promise<Account> {
  const { store, config, passwords } = context
  const { password } = request
  const name = userNamed({ ...request })
  if (password === undefined) throw new MatrixError('M_MISSING_PARAM', 'password is missing')
  if (name === undefined) throw new MatrixError('M_MISSING_PARAM', 'identifier is missing')
  const account = name === '' ? undefined : await accountNamed(store.read, name, config.serverName)
  const matches = await passwords.matches(password, account?.passwordHash, account?.userId ?? name)
  if (account?.isDeactivated) return account
  if (!account || !matches) throw new MatrixError('M_FORBIDDEN', 'Wrong user name or password')
  if (account.passwordHash !== undefined && passwords.isOutdated(account.passwordHash))
    await renewHash(context, account, password)
  return account
}

/** Hashes the password anew, at the cost that is now configured. */
async function renewHash({ store, passwords }: AccountsContext, { userNid }: Account, password: string): Promise<void> {
  const passwordHash = await passwords.hash(password)
  await store.write((w) => setPasswordHash(w, userNid, passwordHash))
}

function byToken(context: AccountsContext, { token }: LoginRequest): Promise<Account> {
  if (token === undefined) throw new MatrixError('M_MISSING_PARAM', 'token is missing')
  const hash = secretHash(token)
  return context.mutex.run(`login token ${hash}`, async () => {
    const { store, environment } = context
    const known = await shortLivedToken(store.read, hash, 'login')
    const account = known && (await accountOf(store.read, known.userId))
    if (!account || known.expiresMs <= environment.now())
      throw new MatrixError('M_FORBIDDEN', 'The login token is not valid or has been used')
    await store.write((w) => deleteShortLivedToken(w, hash))
    return account
  })
}

/**
 * A token with which another client can log in once, soon.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv1loginget_token
 */
export async function createLoginToken(
  context: AccountsContext,
  interactiveAuth: InteractiveAuth,
  { requester, auth }: { requester: Requester; auth: AuthDict | undefined },
): Promise<{ login_token: string; expires_in_ms: number }> {
  const { userId, userNid } = requester
  if (requester.isGuest) throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests cannot log in again')
  const authorized = await interactiveAuth.authorize({
    operation: 'generateLoginToken',
    userId,
    flows: passwordFlows,
    auth,
  })
  const { store, environment } = context
  const token = newSecret(environment, 'login')
  const now = environment.now()
  const expiresMs = now + loginTokenLifetimeMs
  await store.write((w) =>
    insertShortLivedToken(w, { hash: secretHash(token), purpose: 'login', userNid, expiresMs }, now),
  )
  authorized.end()
  return { login_token: token, expires_in_ms: loginTokenLifetimeMs }
}
