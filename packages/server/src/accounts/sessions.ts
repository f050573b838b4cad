// Log-in sessions: a device with its access token, and the refresh of that token.
import { MatrixError } from '@myelin/protocol/errors'
import { isDeviceId, type UserId } from '@myelin/protocol/identifiers'
import { randomString } from '../environment.ts'
import { accessTokenLifetimeMs, deviceDisplayNameCharactersMax, devicesPerUserMax } from '../limits.ts'
import { deleteDeviceTokens, deviceCount, deviceOf, insertDevice, type Device } from '../store/devices.ts'
import type { Write } from '../store/store.ts'
import { deleteSuccessors, insertToken, refreshTokenOwner, retireReplaced } from '../store/tokens.ts'
import { unknownToken, userLocked } from './authentication.ts'
import { alone, type AccountsContext } from './context.ts'
import type { Origin } from './requester.ts'
import { newSecret, secretHash } from './secrets.ts'

/** What a client says of the session it wants. */
export interface SessionWishes {
  readonly device_id?: string | undefined
  readonly initial_device_display_name?: string | undefined
  /** The client can refresh its token. */
  readonly refresh_token?: boolean | undefined
}

/** The tokens of a new session, in the words of the responses that carry them. */
export interface IssuedTokens {
  access_token: string
  refresh_token?: string
  /** Milliseconds. */
  expires_in_ms?: number
}

export interface NewSession extends IssuedTokens {
  user_id: UserId
  device_id: string
}

interface SessionOwner {
  readonly userNid: number
  readonly userId: UserId
}

/** Throws when a device may not be called so. */
export function requireDeviceName(name: string | undefined): void {
  if (name !== undefined && name.length > deviceDisplayNameCharactersMax)
    throw new MatrixError('M_INVALID_PARAM', `A device name has at most ${deviceDisplayNameCharactersMax} characters`)
}

/** Throws when the wishes cannot be granted. */
export function requireSessionWishes({ device_id, initial_device_display_name }: SessionWishes): void {
  if (device_id !== undefined && !isDeviceId(device_id))
    throw new MatrixError('M_INVALID_PARAM', 'device_id is not a valid device ID')
  requireDeviceName(initial_device_display_name)
}

/** Opens a session of an existing account. A device that is named anew keeps its name and loses its old tokens. */
export async function openSession(
  context: AccountsContext,
  owner: SessionOwner,
  { wishes, origin }: { wishes: SessionWishes; origin: Origin },
): Promise<NewSession> {
  requireSessionWishes(wishes)
  return alone(context, owner.userNid, async () => {
    const { read } = context.store
    const existing = wishes.device_id === undefined ? undefined : await deviceOf(read, owner.userNid, wishes.device_id)
    if (!existing && (await deviceCount(read, owner.userNid)) >= devicesPerUserMax)
      throw new MatrixError('M_FORBIDDEN', 'This account has too many devices. Log some of them out.')
    const session = await context.store.write((w) => addSession(w, context, { owner, wishes, origin, existing }))
    if (existing) context.authentication.forget(owner.userNid)
    return session
  })
}

interface SessionToAdd {
  readonly owner: SessionOwner
  readonly wishes: SessionWishes
  readonly origin: Origin
  readonly existing?: Device | undefined
}

/** Adds device and tokens to a write. */
export function addSession(w: Write, context: AccountsContext, session: SessionToAdd): NewSession {
  const { owner, wishes, origin, existing } = session
  const device_id = existing?.deviceId ?? wishes.device_id ?? randomString(context.environment, 10, capitals)
  const deviceNid = existing?.nid ?? context.store.nextNid('devices')
  if (existing) deleteDeviceTokens(w, deviceNid)
  else
    insertDevice(w, {
      nid: deviceNid,
      userNid: owner.userNid,
      deviceId: device_id,
      displayName: wishes.initial_device_display_name,
      nowMs: context.environment.now(),
      ip: origin.address,
      agent: origin.userAgent,
    })
  const tokens = issueTokens(w, context, {
    userNid: owner.userNid,
    deviceNid,
    isRefreshable: wishes.refresh_token ?? false,
  })
  return { user_id: owner.userId, device_id, ...tokens }
}

const capitals = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

interface TokensToIssue {
  readonly userNid: number
  readonly deviceNid: number
  readonly isRefreshable: boolean
  /** Hash of the access token these follow. */
  readonly replaces?: string
}

function issueTokens(w: Write, { environment }: AccountsContext, tokens: TokensToIssue): IssuedTokens {
  const { userNid, deviceNid, isRefreshable, replaces } = tokens
  const access_token = newSecret(environment, 'access')
  const refresh_token = isRefreshable ? newSecret(environment, 'refresh') : undefined
  insertToken(w, {
    hash: secretHash(access_token),
    refreshHash: refresh_token === undefined ? undefined : secretHash(refresh_token),
    userNid,
    deviceNid,
    expiresMs: isRefreshable ? environment.now() + accessTokenLifetimeMs : undefined,
    replaces,
  })
  return refresh_token === undefined
    ? { access_token }
    : { access_token, refresh_token, expires_in_ms: accessTokenLifetimeMs }
}

/**
 * New tokens for a refresh token. "The old refresh token remains valid until the new access token or refresh token is
 * used, at which point the old refresh token is revoked."
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3refresh
 */
export function refreshSession(context: AccountsContext, refreshToken: string): Promise<IssuedTokens> {
  const refreshHash = secretHash(refreshToken)
  return context.mutex.run(`refresh ${refreshHash}`, async () => {
    const old = await refreshTokenOwner(context.store.read, refreshHash)
    if (!old) throw unknownToken('Unknown refresh token', false)
    if (old.isLocked === 1) throw userLocked()
    const tokens = await context.store.write((w) => {
      if (old.replaces !== null) retireReplaced(w, old.hash, old.replaces)
      deleteSuccessors(w, old)
      return issueTokens(w, context, { ...old, isRefreshable: true, replaces: old.hash })
    })
    context.authentication.forget(old.userNid)
    return tokens
  })
}
