// Numbers the statements that are sent to the writer, so that each text crosses to its thread once.
import type { Statement } from '../sql.ts'

export class StatementNumbers {
  readonly #numbers = new Map<Statement, number>()
  readonly #texts: string[] = []
  #sent = 0

  of(statement: Statement): number {
    const known = this.#numbers.get(statement)
    if (known !== undefined) return known
    const number = this.#texts.push(statement.text) - 1
    this.#numbers.set(statement, number)
    return number
  }

  /** Numbers and texts that the writer has not been told yet; from now on it counts as told. */
  takeUnsent(): readonly (readonly [number, string])[] {
    const first = this.#sent
    this.#sent = this.#texts.length
    return this.#texts.slice(first).map((text, i) => [first + i, text] as const)
  }

  /** The writer has dropped messages and may have missed texts. */
  forgetSent(): void {
    this.#sent = 0
  }
}
