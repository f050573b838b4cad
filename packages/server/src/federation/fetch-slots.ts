// A bound on how many requests to other servers are under way at once, in which those that do not answer keep no others
// waiting: who takes long gives the slot away, as long as there are few like it.
import { Slots } from '@myelin/protocol/client/slots'
import type { Environment } from '../environment.ts'
import { fetchSlowMs, slowFetchesMax } from '../federation-limits.ts'

export class FetchSlots {
  readonly #environment: Environment
  readonly #slots: Slots
  /** How many have given their slots away. */
  #slow = 0

  constructor(environment: Environment, slotsMax: number) {
    this.#environment = environment
    this.#slots = new Slots(slotsMax)
  }

  /** Runs the work as soon as there is a slot; gives up waiting, with the signal's reason, when it is aborted. */
  async run(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    let working: Promise<void> | undefined
    await this.#slots.run(() => this.#untilSlow((working = work())), signal)
    await working
  }

  async #untilSlow(work: Promise<void>): Promise<void> {
    const { promise: slow, resolve } = Promise.withResolvers<void>()
    const cancel = this.#environment.timer(fetchSlowMs, () => {
      if (this.#slow >= slowFetchesMax) return
      this.#slow++
      const ended = () => void this.#slow--
      work.then(ended, ended)
      resolve()
    })
    await Promise.race([work, slow]).finally(cancel)
  }
}
