// Making accounts: by the user, by an operator, as a guest.
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import { randomString } from '../environment.ts'
import { accountOf, insertAccount } from '../store/accounts.ts'
import { registrationToken, useRegistrationToken } from '../store/registration-tokens.ts'
import type { AccountsContext } from './context.ts'
import type { AuthDict, Authorized, Flow, InteractiveAuth } from './interactive-auth.ts'
import type { Origin } from './requester.ts'
import { alone as aloneWithToken, isUsable } from './registration-tokens.ts'
import { addSession, requireSessionWishes, type NewSession, type SessionWishes } from './sessions.ts'
import { newUserId } from './user-names.ts'

/** The parameters of `/register`, and where they come from. */
export interface RegistrationRequest extends SessionWishes {
  readonly kind?: 'user' | 'guest' | undefined
  readonly type?: unknown
  readonly auth?: AuthDict | undefined
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly inhibit_login?: boolean | undefined
  readonly origin: Origin
}

/** The new user, with tokens unless the log-in was inhibited. */
export type Registered = Partial<NewSession> & Pick<NewSession, 'user_id'>

const flows: Readonly<Record<'open' | 'token', readonly Flow[]>> = {
  open: [['m.login.dummy']],
  token: [['m.login.registration_token']],
}

/** Registers a user or guest. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3register */
export async function register(
  context: AccountsContext,
  interactiveAuth: InteractiveAuth,
  request: RegistrationRequest,
): Promise<Registered> {
  if (request.kind === 'guest') return registerGuest(context, request)
  if (request.type === 'm.login.application_service')
    throw new MatrixError('M_APPSERVICE_LOGIN_UNSUPPORTED', 'This server knows no application services')
  const { registration } = context.config
  if (registration === 'closed') throw new MatrixError('M_FORBIDDEN', 'Registration is disabled')
  const { username, password } = request
  const userId = username === undefined ? undefined : await requireAvailable(context, username)
  if (password !== undefined) context.passwords.requireAcceptable(password)
  requireSessionWishes(request)
  const authorized = await interactiveAuth.authorize({
    operation: 'register',
    userId: undefined,
    flows: flows[registration],
    auth: request.auth,
  })
  return finish(context, request, { userId: userId ?? randomUserId(context), authorized })
}

async function finish(
  context: AccountsContext,
  request: RegistrationRequest,
  { userId, authorized }: { userId: UserId; authorized: Authorized },
): Promise<Registered> {
  const { password } = request
  const registered = await createAccount(context, {
    userId,
    passwordHash: password === undefined ? undefined : await context.passwords.hash(password),
    registrationToken: authorized.registrationToken,
    session: request.inhibit_login ? undefined : { wishes: request, origin: request.origin },
  })
  authorized.end()
  return registered
}

/**
 * "When registering a guest account, all parameters in the request body with the exception of
 * `initial_device_display_name` MUST BE ignored by the server."
 */
function registerGuest(context: AccountsContext, request: RegistrationRequest): Promise<Registered> {
  if (!context.config.guests) throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests are not allowed here')
  const wishes = { initial_device_display_name: request.initial_device_display_name }
  requireSessionWishes(wishes)
  return createAccount(context, {
    userId: randomUserId(context),
    passwordHash: undefined,
    isGuest: true,
    session: { wishes, origin: request.origin },
  })
}

const randomUserId = ({ environment, config }: AccountsContext): UserId =>
  newUserId(randomString(environment, 12, 'abcdefghijklmnopqrstuvwxyz0123456789'), config.serverName)

/** The ID a new user of that name would have. Throws `M_INVALID_USERNAME`, `M_EXCLUSIVE`, `M_USER_IN_USE`. */
export async function requireAvailable(context: AccountsContext, username: string): Promise<UserId> {
  const userId = newUserId(username, context.config.serverName)
  if (context.hooks.isExclusive?.(username.toLowerCase()))
    throw new MatrixError('M_EXCLUSIVE', 'This user name belongs to an application service')
  if (await accountOf(context.store.read, userId)) throw userInUse()
  return userId
}

const userInUse = () => new MatrixError('M_USER_IN_USE', 'This user name is taken')

export interface CreateUserOptions {
  readonly password?: string | undefined
  readonly admin?: boolean | undefined
}

/** Makes an account on an operator's word. Throws as `requireAvailable` does, and `M_WEAK_PASSWORD`. */
export async function createUser(
  context: AccountsContext,
  localpart: string,
  { password, admin = false }: CreateUserOptions,
): Promise<UserId> {
  const userId = await requireAvailable(context, localpart)
  if (password !== undefined) context.passwords.requireAcceptable(password)
  const passwordHash = password === undefined ? undefined : await context.passwords.hash(password)
  await createAccount(context, { userId, passwordHash, isAdmin: admin })
  return userId
}

export interface AccountToCreate {
  readonly userId: UserId
  readonly passwordHash: string | undefined
  readonly isGuest?: boolean
  readonly isAdmin?: boolean
  readonly userType?: string | undefined
  /** Used once by this. */
  readonly registrationToken?: string | undefined
  /** Absent when no session is to be opened. */
  readonly session?: { readonly wishes: SessionWishes; readonly origin: Origin } | undefined
}

/** Adds the account and its first session in one write. Throws `M_USER_IN_USE`; names of the past count. */
export function createAccount(context: AccountsContext, account: AccountToCreate): Promise<Registered> {
  const { userId, registrationToken: token } = account
  const create = () => context.mutex.run(`name ${userId}`, () => insert(context, account))
  return token === undefined ? create() : aloneWithToken(context, token, create)
}

async function insert(context: AccountsContext, account: AccountToCreate): Promise<Registered> {
  const { store, environment } = context
  const { userId, passwordHash, registrationToken: token, session } = account
  if (await accountOf(store.read, userId)) throw userInUse()
  if (token !== undefined && !isUsable(await registrationToken(store.read, token), environment.now()))
    throw new MatrixError('M_FORBIDDEN', 'The registration token has been used up')
  const userNid = await context.users.intern(userId)
  return store.write((w) => {
    const { isGuest = false, isAdmin = false, userType } = account
    insertAccount(w, { userNid, passwordHash, isGuest, isAdmin, userType, createdMs: environment.now() })
    if (token !== undefined) useRegistrationToken(w, token)
    return session ? addSession(w, context, { ...session, owner: { userNid, userId } }) : { user_id: userId }
  })
}
