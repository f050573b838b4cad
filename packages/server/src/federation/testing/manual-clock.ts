// An environment whose time stands still until the test moves it.
import { randomFillSync } from 'node:crypto'
import { systemEnvironment, type Environment } from '../../environment.ts'

export class ManualClock implements Environment {
  /** Milliseconds since the epoch. */
  ms = 1_700_000_000_000
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>()

  readonly now = (): number => this.ms
  readonly monotonic = (): number => this.ms
  readonly random = (byteCount: number): Uint8Array => randomFillSync(new Uint8Array(byteCount))
  readonly soon = systemEnvironment.soon
  readonly processors = systemEnvironment.processors
  readonly startThread = systemEnvironment.startThread
  readonly timer = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { atMs: this.ms + delayMs, callback }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  /** Lets time pass; timers that fall due are called in order. */
  advance(byMs: number): void {
    const end = this.ms + byMs
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= end).toSorted((a, b) => a.atMs - b.atMs)[0]
      if (due === undefined) break
      this.#timers.delete(due)
      this.ms = Math.max(this.ms, due.atMs)
      due.callback()
    }
    this.ms = end
  }
}
