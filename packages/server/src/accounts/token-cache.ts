// Access tokens in memory: what a request needs to know of its caller, without a read.
import { tokensRememberedMax } from '../limits.ts'
import type { Requester } from './requester.ts'

/** An access token that may be used until it expires or is forgotten. */
export interface KnownToken {
  readonly requester: Requester
  /** Milliseconds since the epoch; undefined for a token that does not expire. */
  readonly expiresMs: number | undefined
  /** An expired token can be refreshed: the client keeps its data. */
  readonly isRefreshable: boolean
  readonly isLocked: boolean
  /** When the device was last noted as seen. */
  seenMs: number
}

export class TokenCache {
  readonly #tokens = new Map<string, KnownToken>()
  readonly #byUser = new Map<number, Set<string>>()
  /** Counts what has been forgotten, so that a read that began before cannot bring it back. */
  generation = 0

  get(hash: string): KnownToken | undefined {
    return this.#tokens.get(hash)
  }

  /** Remembers a token that was read when the cache was at `generation`. */
  add(hash: string, token: KnownToken, generation: number): void {
    if (generation !== this.generation) return
    if (this.#tokens.size >= tokensRememberedMax) this.#dropOldest()
    this.#tokens.set(hash, token)
    const { userNid } = token.requester
    const hashes = this.#byUser.get(userNid)
    if (hashes) hashes.add(hash)
    else this.#byUser.set(userNid, new Set([hash]))
  }

  /** Forgets all tokens of a user. Call it when a change to them has become durable. */
  forgetUser(userNid: number): void {
    this.generation += 1
    for (const hash of this.#byUser.get(userNid) ?? []) this.#tokens.delete(hash)
    this.#byUser.delete(userNid)
  }

  clear(): void {
    this.generation += 1
    this.#tokens.clear()
    this.#byUser.clear()
  }

  #dropOldest(): void {
    for (const [hash, { requester }] of this.#tokens) {
      this.#tokens.delete(hash)
      const hashes = this.#byUser.get(requester.userNid)
      hashes?.delete(hash)
      if (hashes?.size === 0) this.#byUser.delete(requester.userNid)
      return
    }
  }
}
