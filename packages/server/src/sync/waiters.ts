// Long polls: who waits, and one wake-up per user and flush, however many changes it brought.
import type { Environment } from '../environment.ts'
import { syncTimeoutMs, syncWaitersPerUserMax } from '../limits.ts'

/** Why a wait ended. */
export type Wake = 'changed' | 'timeout' | 'gone'

export interface Waiter {
  /** Settles once: a change, the end of the time, or the caller went away. */
  readonly woken: Promise<Wake>
  /** Stops waiting; harmless when already woken. */
  cancel(): void
}

/** The waiting requests by user. */
export class Waiters {
  readonly #environment: Environment
  readonly #byUser = new Map<number, Set<(wake: Wake) => void>>()

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** How many requests wait, for the metrics. */
  get size(): number {
    let size = 0
    for (const waiting of this.#byUser.values()) size += waiting.size
    return size
  }

  /** Registers a wait of at most `timeoutMs`. Register before looking for changes: what comes in between then wakes it. */
  wait(user: number, timeoutMs: number, signal: AbortSignal): Waiter {
    const { promise, resolve } = Promise.withResolvers<Wake>()
    const waiting = this.#byUser.get(user) ?? new Set()
    this.#byUser.set(user, waiting)
    const wake = (reason: Wake) => {
      if (!waiting.delete(wake)) return
      if (waiting.size === 0 && this.#byUser.get(user) === waiting) this.#byUser.delete(user)
      cancelTimer()
      signal.removeEventListener('abort', gone)
      resolve(reason)
    }
    const gone = () => wake('gone')
    waiting.add(wake)
    const cancelTimer = this.#environment.timer(Math.min(timeoutMs, syncTimeoutMs), () => wake('timeout'))
    signal.addEventListener('abort', gone)
    if (signal.aborted) gone()
    if (waiting.size > syncWaitersPerUserMax)
      for (const oldest of waiting) {
        oldest('timeout')
        break
      }
    return { woken: promise, cancel: gone }
  }

  /** Wakes everything `users` wait for. */
  wake(users: Iterable<number>): void {
    for (const user of users) for (const wake of this.#byUser.get(user) ?? []) wake('changed')
  }

  /** Wakes everybody. */
  wakeAll(): void {
    this.wake(Array.from(this.#byUser.keys()))
  }
}
