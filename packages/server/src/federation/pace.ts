// Long work in short slices, so that everybody else gets their turn in between.
import type { Environment } from '../environment.ts'
import { workSliceMs } from '../federation-limits.ts'

export class Pace {
  readonly #environment: Environment
  #sinceMs: number

  constructor(environment: Environment) {
    this.#environment = environment
    this.#sinceMs = environment.monotonic()
  }

  /** Resolves at once, or after a turn of the event loop when the slice is over. */
  async breathe(): Promise<void> {
    if (this.#environment.monotonic() - this.#sinceMs < workSliceMs) return
    await new Promise<void>((resolve) => void this.#environment.timer(0, resolve))
    this.#sinceMs = this.#environment.monotonic()
  }
}
