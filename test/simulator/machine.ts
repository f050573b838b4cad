// The machine a simulated server runs on: its clock, which may be wrong, its chance, and its disk thread. It can fail at
// any moment: from then on nothing the server does has any effect.
import type { Environment } from '@myelin/server/environment'
import type { Thread, ThreadCode } from '@myelin/server/threads'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

/** When every simulation begins. */
export const epochMs = Date.UTC(2026, 0, 1)

export interface MachineOptions {
  readonly clock: Clock
  readonly random: Random
  /** How wrong its wall clock is. */
  readonly skewMs: number
}

export class Machine implements Environment {
  readonly #clock: Clock
  readonly #random: Random
  readonly #skewMs: number
  readonly #failed: (() => void)[] = []
  readonly processors = 2
  isRunning = true

  constructor({ clock, random, skewMs }: MachineOptions) {
    this.#clock = clock
    this.#random = random
    this.#skewMs = skewMs
  }

  readonly now = (): number => epochMs + Math.floor(this.#clock.ms) + this.#skewMs
  readonly monotonic = (): number => this.#clock.ms
  readonly random = (byteCount: number): Uint8Array => this.#random.bytes(byteCount)
  readonly timer = (delayMs: number, callback: () => void): (() => void) => this.#later(delayMs, callback)
  readonly soon = (callback: () => void): void => void this.#later(0, callback)

  /** In this thread, with messages that take their time: what was said and not heard when the machine fails is lost. */
  readonly startThread = <Options, ToThread, FromThread>(
    code: ThreadCode<Options, ToThread, FromThread>,
    options: Options,
  ): Thread<ToThread, FromThread> => {
    const waiting: { readonly content: ToThread }[] = []
    let inside: (message: ToThread) => void = () => undefined
    let outside: (message: FromThread) => void = () => undefined
    let ended: (cause: unknown) => void = () => undefined
    let busyUntilMs = 0
    const arrive = (): void => {
      const [message] = waiting.splice(0, 1)
      if (message !== undefined) inside(message.content)
    }
    code.run(
      {
        say: (message) => void this.#later(0.01, () => outside(message)),
        hear: (listener) => void (inside = listener),
        take: () => waiting.shift()?.content,
        close: () => void this.#later(0.01, () => ended(new Error('The thread has ended'))),
      },
      options,
    )
    return {
      say: (content) => {
        waiting.push({ content })
        // A sync takes a while, now and then a long one; nothing overtakes.
        const delayMs = this.#random.chance(0.02) ? this.#random.between(50, 400) : this.#random.between(1, 8)
        busyUntilMs = Math.max(busyUntilMs, this.#clock.ms + delayMs)
        this.#later(busyUntilMs - this.#clock.ms, arrive)
      },
      hear: (listener) => void (outside = listener),
      onEnd: (listener) => void (ended = listener),
      end: () => {
        inside = () => undefined
        this.#later(0.01, () => ended(new Error('The thread has ended')))
      },
    }
  }

  onFailure(listener: () => void): void {
    this.#failed.push(listener)
  }

  fail(): void {
    this.isRunning = false
    for (const listener of this.#failed) listener()
  }

  #later(delayMs: number, callback: () => void): () => void {
    if (!this.isRunning) return () => undefined
    return this.#clock.after(delayMs, () => {
      if (this.isRunning) callback()
    })
  }
}
