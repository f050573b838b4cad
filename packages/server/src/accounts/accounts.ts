// Accounts as the rest of the server sees them: every verb bound to the store, the clock and the configuration.
import type { UserId } from '@myelin/protocol/identifiers'
import type { Environment } from '../environment.ts'
import type { PeerClient } from '../federation/peer-client.ts'
import { unlimited, type RateLimits } from '../http/rate-limits.ts'
import { createKeyedMutex } from '../store/keyed-mutex.ts'
import type { RegistrationToken } from '../store/registration-tokens.ts'
import type { Store } from '../store/store.ts'
import type { Users } from '../store/users.ts'
import { checkInvite, getAccountData, putAccountData, type AccountDataPath } from './account-data.ts'
import { Authentication, type AuthenticationOptions } from './authentication.ts'
import type { AccountsConfig, AccountsContext, AccountsHooks } from './context.ts'
import { deactivate, deactivateUser, resumeDepartures, type Deactivation } from './deactivation.ts'
import { deleteDevices, getDevice, listDevices, logout, logoutAll, updateDevice, type ClientDevice } from './devices.ts'
import { defineFilter, getFilter } from './filters.ts'
import { createInteractiveAuth, type AuthDict, type InteractiveAuth } from './interactive-auth.ts'
import { createLoginToken, login, loginFlows, type LoggedIn, type LoginRequest } from './login.ts'
import { moderate, moderationOf, whoIs, type ModerationChange } from './moderation.ts'
import { createOpenIdToken, openIdOwner, type OpenIdToken } from './openid.ts'
import { changePassword, resetPassword, type PasswordChange, type PasswordReset } from './password-change.ts'
import { createPasswords } from './passwords.ts'
import { deleteField, getProfile, getProfileField, memberFields, setField, type FieldChange } from './profiles.ts'
import {
  createUser,
  register,
  requireAvailable,
  type CreateUserOptions,
  type Registered,
  type RegistrationRequest,
} from './registration.ts'
import {
  addRegistrationToken,
  isValidRegistrationToken,
  listRegistrationTokens,
  removeRegistrationToken,
  type RegistrationTokenOptions,
} from './registration-tokens.ts'
import { createRemoteProfiles } from './remote-profiles.ts'
import type { Origin, Requester } from './requester.ts'
import { refreshSession, type IssuedTokens } from './sessions.ts'
import { createSharedSecretRegistration, type SharedSecretRegistration } from './shared-secret.ts'
import { createStages } from './stages.ts'
import { deleteTag, getTags, setTag, type Tags, type TagsPath } from './tags.ts'

export type { Requester }

export interface Accounts extends AsyncDisposable {
  /** Whose access token it is; at once for a token in memory. Throws `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN`, `M_USER_LOCKED`. */
  authenticate(
    token: string | undefined,
    origin: Origin,
    options?: AuthenticationOptions,
  ): Requester | Promise<Requester>
  readonly interactiveAuth: InteractiveAuth

  register(request: RegistrationRequest): Promise<Registered>
  requireAvailable(username: string): Promise<UserId>
  /** The tokens of `registration: token`, for administrators; anybody may ask whether one is valid. */
  readonly registrationTokens: {
    isValid(token: string): Promise<boolean>
    list(by: Requester): Promise<RegistrationToken[]>
    add(by: Requester, options: RegistrationTokenOptions): Promise<string>
    delete(by: Requester, token: string): Promise<void>
  }
  readonly sharedSecret: SharedSecretRegistration
  /** Makes an account on an operator's word and returns its ID. */
  createUser(localpart: string, options: CreateUserOptions): Promise<UserId>

  readonly loginFlows: typeof loginFlows
  login(request: LoginRequest, origin: Origin): Promise<LoggedIn>
  createLoginToken(requester: Requester, auth: AuthDict | undefined): ReturnType<typeof createLoginToken>
  refresh(refreshToken: string): Promise<IssuedTokens>
  logout(requester: Requester): Promise<void>
  logoutAll(requester: Requester): Promise<void>
  changePassword(change: PasswordChange): Promise<void>
  deactivate(deactivation: Deactivation): Promise<void>
  /** On an administrator's word. */
  deactivateUser(userId: string, how: { by: Requester; erase: boolean }): Promise<void>
  /** On an administrator's word. */
  resetPassword(userId: string, reset: PasswordReset): Promise<void>
  /** Finishes what a stop of the server interrupted, once at the start. Returns what went wrong, to be logged. */
  resume(): Promise<unknown[]>

  readonly devices: {
    list(requester: Requester): Promise<ClientDevice[]>
    get(requester: Requester, deviceId: string): Promise<ClientDevice>
    update(requester: Requester, deviceId: string, displayName: string | undefined): Promise<void>
    delete(requester: Requester, deviceIds: readonly string[], auth: AuthDict | undefined): Promise<void>
  }
  readonly profiles: {
    /** Of a user of any server. */
    get(userId: string): Promise<Readonly<Record<string, unknown>>>
    getField(userId: string, field: string): Promise<Record<string, unknown>>
    setField(change: FieldChange, body: Readonly<Record<string, unknown>>): Promise<void>
    deleteField(change: FieldChange): Promise<void>
    /** `displayname` and `avatar_url` as member events carry them. */
    memberFields(userId: string): Promise<{ displayname?: string; avatar_url?: string }>
  }
  readonly accountData: {
    get(path: AccountDataPath): Promise<string>
    put(path: AccountDataPath, content: object): Promise<void>
    /** Throws `M_INVITE_BLOCKED` when the local user `target` wants no invites. */
    checkInvite(target: string): Promise<void>
  }
  readonly tags: {
    get(path: TagsPath): Promise<Tags>
    set(path: TagsPath, tag: string, content: object): Promise<void>
    delete(path: TagsPath, tag: string): Promise<void>
  }
  readonly filters: {
    define(owner: { requester: Requester; userId: UserId }, filter: object): Promise<string>
    get(owner: { requester: Requester; userId: UserId }, filterId: string): Promise<string>
  }
  readonly openId: {
    createToken(owner: { requester: Requester; userId: UserId }): Promise<OpenIdToken>
    /** Whose token it is, for `/openid/userinfo`. */
    owner(token: string): Promise<UserId | undefined>
  }
  readonly moderation: {
    get(userId: UserId, by: Requester): Promise<{ locked: boolean; suspended: boolean }>
    set(userId: UserId, by: Requester, change: ModerationChange): Promise<void>
    whoIs(userId: UserId, by: Requester): ReturnType<typeof whoIs>
  }
}

export interface AccountsOptions {
  readonly store: Store
  readonly environment: Environment
  readonly config: AccountsConfig
  readonly users: Users
  readonly hooks?: AccountsHooks
  /** None unless given. */
  readonly rateLimits?: RateLimits
  /** What asks other servers for profiles of their users. */
  readonly peers?: PeerClient
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { store, environment, config, users, hooks = {}, rateLimits = unlimited, peers } = options
  const authentication = new Authentication(store, environment)
  const passwords = createPasswords({
    cost: config.passwordCost,
    charactersMin: config.passwordCharactersMin,
    rateLimits,
  })
  const mutex = createKeyedMutex()
  const remoteProfiles = createRemoteProfiles(environment, peers)
  const context: AccountsContext = {
    ...{ store, environment, config, hooks, users, mutex, passwords, authentication, remoteProfiles },
  }
  const interactiveAuth = createInteractiveAuth(environment, createStages(context))
  return {
    authenticate: (token, origin, options) => authentication.authenticate(token, origin, options),
    interactiveAuth,
    ...accountVerbs(context, interactiveAuth),
    ...dataVerbs(context),
    [Symbol.asyncDispose]: () => authentication[Symbol.asyncDispose](),
  }
}

type DataVerbs = Pick<Accounts, 'profiles' | 'accountData' | 'tags' | 'filters' | 'openId' | 'moderation'>
type AccountVerbs = Omit<Accounts, keyof DataVerbs | 'authenticate' | 'interactiveAuth' | typeof Symbol.asyncDispose>

const accountVerbs = (context: AccountsContext, interactiveAuth: InteractiveAuth): AccountVerbs => ({
  register: (request) => register(context, interactiveAuth, request),
  requireAvailable: (username) => requireAvailable(context, username),
  registrationTokens: {
    isValid: (token) => isValidRegistrationToken(context, token),
    list: (by) => listRegistrationTokens(context, by),
    add: (by, options) => addRegistrationToken(context, by, options),
    delete: (by, token) => removeRegistrationToken(context, by, token),
  },
  sharedSecret: createSharedSecretRegistration(context),
  createUser: (localpart, options) => createUser(context, localpart, options),
  loginFlows,
  login: (request, origin) => login(context, request, origin),
  createLoginToken: (requester, auth) => createLoginToken(context, interactiveAuth, { requester, auth }),
  refresh: (refreshToken) => refreshSession(context, refreshToken),
  logout: (requester) => logout(context, requester),
  logoutAll: (requester) => logoutAll(context, requester),
  changePassword: (change) => changePassword(context, interactiveAuth, change),
  deactivate: (deactivation) => deactivate(context, interactiveAuth, deactivation),
  deactivateUser: (userId, how) => deactivateUser(context, userId, how),
  resetPassword: (userId, reset) => resetPassword(context, userId, reset),
  resume: () => resumeDepartures(context),
  devices: {
    list: (requester) => listDevices(context, requester),
    get: (requester, deviceId) => getDevice(context, requester, deviceId),
    update: (requester, deviceId, displayName) => updateDevice(context, requester, { deviceId, displayName }),
    delete: (requester, deviceIds, auth) => deleteDevices(context, interactiveAuth, { requester, deviceIds, auth }),
  },
})

const dataVerbs = (context: AccountsContext): DataVerbs => ({
  profiles: {
    get: (userId) => getProfile(context, userId),
    getField: (userId, field) => getProfileField(context, userId, field),
    setField: (change, body) => setField(context, change, body),
    deleteField: (change) => deleteField(context, change),
    memberFields: (userId) => memberFields(context, userId),
  },
  accountData: {
    get: (path) => getAccountData(context, path),
    put: (path, content) => putAccountData(context, path, content),
    checkInvite: (target) => checkInvite(context, target),
  },
  tags: {
    get: (path) => getTags(context, path),
    set: (path, tag, content) => setTag(context, path, { tag, content }),
    delete: (path, tag) => deleteTag(context, path, tag),
  },
  filters: {
    define: (owner, filter) => defineFilter(context, owner, filter),
    get: (owner, filterId) => getFilter(context, owner, filterId),
  },
  openId: {
    createToken: (owner) => createOpenIdToken(context, owner),
    owner: (token) => openIdOwner(context, token),
  },
  moderation: {
    get: (userId, by) => moderationOf(context, userId, by),
    set: (userId, by, change) => moderate(context, userId, { by, change }),
    whoIs: (userId, by) => whoIs(context, userId, by),
  },
})
