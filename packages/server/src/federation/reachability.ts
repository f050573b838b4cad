// Which servers can be reached: after a failure a server is left alone for a while, longer each time, until it answers
// or is heard from.
import type { Environment } from '../environment.ts'
import {
  federationDestinationsMax,
  federationHeardRetryMinMs,
  federationRetryFirstMs,
  federationRetryMaxMs,
} from '../limits.ts'
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
}

const neverTried: Standing = { failures: 0, nextTryMs: 0, lastFailureMs: 0, lastSuccessMs: 0, lastError: '' }

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
  restore(serverName: string, standing: Standing): void {
    this.#standings.set(serverName, standing)
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
    if (mayTryMs <= this.#environment.now()) return this.reached(serverName)
    if (mayTryMs >= standing.nextTryMs) return
    this.#standings.set(serverName, { ...standing, nextTryMs: mayTryMs })
    this.#announce(serverName)
  }

  /** The server answered. */
  reached(serverName: string): void {
    const { failures } = this.standing(serverName)
    this.#standings.set(serverName, { ...neverTried, lastSuccessMs: this.#environment.now() })
    if (failures > 0) this.#announce(serverName)
  }

  /** Called when a server that had failed may be tried sooner. */
  onRecovered(listener: (serverName: string) => void): void {
    this.#listeners.push(listener)
  }

  #announce(serverName: string): void {
    for (const listener of this.#listeners) listener(serverName)
  }
}
