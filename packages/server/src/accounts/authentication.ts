// From the bearer token of a request to its requester.
// https://spec.matrix.org/v1.19/client-server-api/#using-access-tokens
import { MatrixError } from '@myelin/protocol/errors'
import type { UserId } from '@myelin/protocol/identifiers'
import type { Environment } from '../environment.ts'
import { deviceSeenIntervalMs } from '../limits.ts'
import type { Store } from '../store/store.ts'
import { retireReplaced, tokenOwner, type TokenOwner } from '../store/tokens.ts'
import { DeviceSightings } from './device-sightings.ts'
import type { Origin, Requester } from './requester.ts'
import { secretHash } from './secrets.ts'
import { TokenCache, type KnownToken } from './token-cache.ts'

export interface AuthenticationOptions {
  /** The endpoint is one of those a locked user may call: `/logout` and `/logout/all`. */
  readonly lockedMayCall?: boolean
}

export class Authentication implements AsyncDisposable {
  readonly #store: Store
  readonly #environment: Environment
  readonly #cache = new TokenCache()
  readonly #sightings: DeviceSightings

  constructor(store: Store, environment: Environment) {
    this.#store = store
    this.#environment = environment
    this.#sightings = new DeviceSightings(store, environment)
    store.onReset(() => this.#cache.clear())
  }

  /**
   * Whose token it is. Answers at once for a token it remembers.
   * Throws `M_MISSING_TOKEN`, `M_UNKNOWN_TOKEN` (with `soft_logout` when a refresh is possible), `M_USER_LOCKED`.
   */
  authenticate(
    token: string | undefined,
    origin: Origin,
    options: AuthenticationOptions = {},
  ): Requester | Promise<Requester> {
    if (token === undefined || token === '') throw new MatrixError('M_MISSING_TOKEN', 'Missing access token')
    const hash = secretHash(token)
    const known = this.#cache.get(hash)
    return known ? this.#admit(known, origin, options) : this.#read(hash, origin, options)
  }

  /** Forgets what is remembered of a user's tokens. Call it when a change to them has become durable. */
  forget(userNid: number): void {
    this.#cache.forgetUser(userNid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sightings[Symbol.asyncDispose]()
  }

  async #read(hash: string, origin: Origin, options: AuthenticationOptions): Promise<Requester> {
    const { generation } = this.#cache
    const owner = await tokenOwner(this.#store.read, hash)
    if (!owner) throw unknownToken('Unknown access token', false)
    const token = toKnownToken(owner)
    const requester = this.#admit(token, origin, options)
    const { replaces } = owner
    if (replaces !== null) await this.#store.write((w) => retireReplaced(w, hash, replaces))
    this.#cache.add(hash, token, generation)
    if (replaces !== null) this.forget(owner.userNid)
    return requester
  }

  #admit(token: KnownToken, origin: Origin, { lockedMayCall = false }: AuthenticationOptions): Requester {
    const now = this.#environment.now()
    if (token.expiresMs !== undefined && token.expiresMs <= now)
      throw unknownToken('The access token has expired', token.isRefreshable)
    if (token.isLocked && !lockedMayCall) throw userLocked()
    if (now - token.seenMs >= deviceSeenIntervalMs) {
      token.seenMs = now
      this.#sightings.note({ nid: token.requester.deviceNid, ms: now, ip: origin.address, agent: origin.userAgent })
    }
    return token.requester
  }
}

function toKnownToken(owner: TokenOwner): KnownToken {
  return {
    requester: {
      userId: owner.userId as UserId,
      userNid: owner.userNid,
      deviceId: owner.deviceId,
      deviceNid: owner.deviceNid,
      isGuest: owner.isGuest === 1,
      isAdmin: owner.isAdmin === 1,
      isSuspended: owner.isSuspended === 1,
      tokenHash: owner.hash,
    },
    expiresMs: owner.expiresMs ?? undefined,
    isRefreshable: owner.refreshHash !== null,
    isLocked: owner.isLocked === 1,
    seenMs: owner.lastSeenMs ?? 0,
  }
}

/** https://spec.matrix.org/v1.19/client-server-api/#soft-logout */
export const unknownToken = (message: string, softLogout: boolean): MatrixError =>
  new MatrixError('M_UNKNOWN_TOKEN', message, { fields: { soft_logout: softLogout } })

/** https://spec.matrix.org/v1.19/client-server-api/#account-locking */
export const userLocked = (): MatrixError =>
  new MatrixError('M_USER_LOCKED', 'This account has been locked', { fields: { soft_logout: true } })

/** Throws `M_USER_SUSPENDED` for a suspended user. https://spec.matrix.org/v1.19/client-server-api/#account-suspension */
export function requireNotSuspended({ isSuspended }: Requester): void {
  if (isSuspended) throw new MatrixError('M_USER_SUSPENDED', 'You cannot perform this action while suspended')
}
