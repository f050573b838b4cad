// Time that stands still but for what a test lets pass; what waits for no time goes on.
import { ManualClock } from '@myelin/server/federation/testing/manual-clock'

export class StandingClock extends ManualClock implements Disposable {
  [Symbol.dispose](): void {
    clearInterval(this.#turns)
  }
  readonly #turns = setInterval(() => this.advance(0), 5)
}
