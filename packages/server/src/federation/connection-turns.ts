// Begins connections a few in each turn of the event loop. A TLS handshake is a millisecond or two of work here, and a big
// room wants hundreds of them at once: what else arrives meanwhile gets its turns in between.
import type { Environment } from '../environment.ts'
import { connectionsBegunPerTurnMax } from '../federation-limits.ts'

export class ConnectionTurns {
  readonly #environment: Pick<Environment, 'soon'>
  #waiting: (() => void)[] = []
  #begunInTurn = 0

  constructor(environment: Pick<Environment, 'soon'>) {
    this.#environment = environment
  }

  /** Calls `connect` at once or in one of the next turns, in the order in which they were asked for. */
  begin(connect: () => void): void {
    this.#waiting.push(connect)
    if (this.#begunInTurn === 0) this.#environment.soon(() => this.#nextTurn())
    this.#beginSome()
  }

  #beginSome(): void {
    const some = this.#waiting.splice(0, connectionsBegunPerTurnMax - this.#begunInTurn)
    this.#begunInTurn += some.length
    for (const connect of some) connect()
  }

  #nextTurn(): void {
    this.#begunInTurn = 0
    if (this.#waiting.length === 0) return
    this.#environment.soon(() => this.#nextTurn())
    this.#beginSome()
  }
}
