// The machine's own time, which a test can push on: what would have happened by then happens at once.
import { systemEnvironment, type Environment } from '@myelin/server/environment'

const stepMs = 500

export class PushedClock implements Environment {
  readonly #timers = new Set<{ readonly atMs: number; readonly end: () => void }>()
  #aheadMs = 0

  readonly now = (): number => systemEnvironment.now() + this.#aheadMs
  readonly monotonic = (): number => systemEnvironment.monotonic() + this.#aheadMs
  readonly random = systemEnvironment.random
  readonly soon = systemEnvironment.soon
  readonly processors = systemEnvironment.processors
  readonly startThread = systemEnvironment.startThread
  readonly timer = (delayMs: number, callback: () => void): (() => void) => {
    const cancel = (): void => {
      cancelReal()
      this.#timers.delete(timer)
    }
    const end = (): void => {
      cancel()
      callback()
    }
    const timer = { atMs: this.monotonic() + delayMs, end }
    const cancelReal = systemEnvironment.timer(delayMs, end)
    this.#timers.add(timer)
    return cancel
  }

  push(byMs: number): void {
    this.#aheadMs += byMs
    const now = this.monotonic()
    const due = [...this.#timers].filter(({ atMs }) => atMs <= now).toSorted((a, b) => a.atMs - b.atMs)
    // One of them may cancel another.
    for (const timer of due) if (this.#timers.has(timer)) timer.end()
  }

  /** What comes of the work while at most so much is pushed on. */
  async within<T>(byMs: number, work: Promise<T>): Promise<T> {
    const over = new AbortController()
    const ended = work.finally(() => over.abort())
    ended.catch(() => undefined) // whoever waits for it hears of it
    for (let left = byMs; left > 0 && !over.signal.aborted; left -= stepMs) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      this.push(Math.min(left, stepMs))
    }
    return ended
  }
}
