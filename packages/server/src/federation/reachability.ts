// Which servers can be reached: after a failure a server is left alone for a while, longer each time, until it answers
// or is heard from.
import type { Environment } from '../environment.ts'
import {
  federationDestinationsMax,
  federationHeardRetryMinMs,
  federationRetryFirstMs,
  federationRetryMaxMs,
  slowTransactionMs,
} from '../federation-limits.ts'
import { BoundedMap } from './bounded-map.ts'
import { delayAfter } from './doubling.ts'
import { FederationError } from './federation-error.ts'

/** How it went with a server. Times are milliseconds since the epoch, 0 for never. */
export interface Standing {
  /** Failures since the last success. */
  readonly failures: number
  readonly nextTryMs: number
  readonly lastFailureMs: number
  readonly lastSuccessMs: number
  /** Of the last failure, empty after a success. */
  readonly lastError: string
  /** Whether it took long for the last transaction. */
  readonly isSlow: boolean
}

const neverTried: Standing = {
  failures: 0,
  nextTryMs: 0,
  lastFailureMs: 0,
  lastSuccessMs: 0,
  lastError: '',
  isSlow: false,
}

export class Reachability {
  readonly #environment: Environment
  readonly #standings = new BoundedMap<Standing>(federationDestinationsMax)
  readonly #listeners: ((serverName: string) => void)[] = []

  constructor(environment: Environment) {
    this.#environment = environment
  }

  standing(serverName: string): Standing {
    return this.#standings.get(serverName) ?? neverTried
  }

  /** Sets what was known before a restart. */
  restore(serverName: string, standing: Partial<Standing>): void {
    this.#standings.set(serverName, { ...neverTried, ...standing })
  }

  /** How long the server is to be left alone, in milliseconds. */
  waitMs(serverName: string): number {
    return Math.max(0, this.standing(serverName).nextTryMs - this.#environment.now())
  }

  /** Throws FederationError while the server is to be left alone. */
  check(serverName: string): void {
    const { failures, lastError } = this.standing(serverName)
    if (this.waitMs(serverName) > 0)
      throw new FederationError('unreachable', serverName, `is not tried yet after ${failures} failures: ${lastError}`)
  }

  /** Of attempts that were under way together, the first failure counts. */
  failed(serverName: string, reason: string): void {
    if (this.waitMs(serverName) > 0) return
    const before = this.standing(serverName)
    const failures = before.failures + 1
    const delayMs = delayAfter(failures, { firstMs: federationRetryFirstMs, maxMs: federationRetryMaxMs })
    // A tenth more or less, so that those who failed together do not return together.
    const spread = 0.9 + ((this.#environment.random(1)[0] ?? 0) / 255) * 0.2
    const now = this.#environment.now()
    const nextTryMs = now + Math.min(delayMs * spread, federationRetryMaxMs)
    this.#standings.set(serverName, { ...before, failures, nextTryMs, lastFailureMs: now, lastError: reason })
  }

  /** A request of the server has arrived. One that can call but not be called is tried every few seconds, not each time. */
  heardFrom(serverName: string): void {
    const standing = this.standing(serverName)
    const mayTryMs = standing.lastFailureMs + federationHeardRetryMinMs
    const isLongAgo = mayTryMs <= this.#environment.now()
    if (standing.failures > 0 && isLongAgo) this.#standings.set(serverName, { ...standing, failures: 0, nextTryMs: 0 })
    else if (mayTryMs < standing.nextTryMs) this.#standings.set(serverName, { ...standing, nextTryMs: mayTryMs })
    this.#announce(serverName)
  }

  /** The server answered. */
  reached(serverName: string): void {
    const { failures, isSlow } = this.standing(serverName)
    this.#standings.set(serverName, { ...neverTried, isSlow, lastSuccessMs: this.#environment.now() })
    if (failures > 0) this.#announce(serverName)
  }

  /** It took so long for a transaction. */
  took(serverName: string, durationMs: number): void {
    const standing = this.standing(serverName)
    const isSlow = durationMs > slowTransactionMs
    if (isSlow !== standing.isSlow) this.#standings.set(serverName, { ...standing, isSlow })
  }

  /** Tries it again, whatever it failed with. */
  retry(serverName: string): void {
    this.#standings.set(serverName, { ...this.standing(serverName), failures: 0, nextTryMs: 0 })
  }

  /** Called when a server has called, or answered after it had failed: it may be tried sooner. */
  onHeard(listener: (serverName: string) => void): void {
    this.#listeners.push(listener)
  }

  #announce(serverName: string): void {
    for (const listener of this.#listeners) listener(serverName)
  }
}
