// What happened in a simulation: the last lines to read, and a hash of all of them to tell runs apart.
import { createHash, type Hash } from 'node:crypto'
import type { Clock } from './clock.ts'

const linesKeptMax = 400

export class Trace {
  readonly #clock: Clock
  readonly #hash: Hash = createHash('sha256')
  #lines: string[] = []
  count = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  add(text: string): void {
    const line = `${(this.#clock.ms / 1000).toFixed(3)} ${text}`
    this.#hash.update(`${line}\n`)
    this.count++
    this.#lines.push(line)
    if (process.env['SIMULATOR_TRACE']) console.log(line)
    if (this.#lines.length > 2 * linesKeptMax) this.#lines = this.#lines.slice(-linesKeptMax)
  }

  last(count: number): readonly string[] {
    return this.#lines.slice(-count)
  }

  get digest(): string {
    return this.#hash.copy().digest('hex').slice(0, 16)
  }
}
