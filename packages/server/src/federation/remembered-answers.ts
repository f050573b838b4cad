// What other servers answered, remembered for a while: many may ask the same, and at once. Failures are not remembered.
import type { Environment } from '../environment.ts'
import { BoundedMap } from './bounded-map.ts'

interface Answer<T> {
  readonly value: Promise<T>
  /** Monotonic, milliseconds. */
  readonly askedAt: number
}

export interface RememberedAnswersOptions {
  readonly environment: Environment
  /** How many are remembered; the longest unused is forgotten first. */
  readonly answersMax: number
  readonly keptMs: number
}

export class RememberedAnswers<T> {
  readonly #options: RememberedAnswersOptions
  readonly #answers: BoundedMap<Answer<T>>

  constructor(options: RememberedAnswersOptions) {
    this.#options = options
    this.#answers = new BoundedMap(options.answersMax)
  }

  /** The answer to the question `key`: the one that is remembered or on its way, or a new one. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const { environment, keptMs } = this.#options
    const known = this.#answers.get(key)
    if (known && environment.monotonic() - known.askedAt < keptMs) return known.value
    const answer = { value: ask(), askedAt: environment.monotonic() }
    this.#answers.set(key, answer)
    answer.value.catch(() => {
      if (this.#answers.get(key) === answer) this.#answers.delete(key)
    })
    return answer.value
  }
}
