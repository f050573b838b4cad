// What other servers answered, as texts, remembered for a while: many may ask the same, and at once. Failures are not
// remembered.
import type { Environment } from '../environment.ts'
import { rememberedAnswersCharactersMax } from '../federation-limits.ts'
import { BoundedMap } from './bounded-map.ts'

interface Answer {
  readonly text: Promise<string>
  /** Monotonic, milliseconds. */
  readonly askedAt: number
  /** Of the text, once it is there. */
  characters: number
}

export interface RememberedAnswersOptions {
  readonly environment: Environment
  /** How many are remembered; the longest unused is forgotten first. */
  readonly answersMax: number
  readonly keptMs: number
}

export class RememberedAnswers {
  readonly #options: RememberedAnswersOptions
  readonly #answers: BoundedMap<Answer>
  #characters = 0

  constructor(options: RememberedAnswersOptions) {
    this.#options = options
    this.#answers = new BoundedMap(options.answersMax, ({ characters }) => (this.#characters -= characters))
  }

  /** The answer to the question `key`: the one that is remembered or on its way, or a new one. */
  get(key: string, ask: () => Promise<string>): Promise<string> {
    const { environment, keptMs } = this.#options
    const known = this.#answers.get(key)
    if (known && environment.monotonic() - known.askedAt < keptMs) return known.text
    if (known) this.#forget(key, known)
    const answer = { text: ask(), askedAt: environment.monotonic(), characters: 0 }
    this.#answers.set(key, answer)
    answer.text.then(
      ({ length }) => this.#weigh(key, answer, length),
      () => this.#forget(key, answer),
    )
    return answer.text
  }

  #weigh(key: string, answer: Answer, characters: number): void {
    if (this.#answers.get(key) !== answer) return
    answer.characters = characters
    this.#characters += characters
    for (const [oldest, each] of this.#answers) {
      if (this.#characters <= rememberedAnswersCharactersMax) return
      this.#forget(oldest, each)
    }
  }

  #forget(key: string, answer: Answer): void {
    if (this.#answers.get(key) !== answer) return
    this.#answers.delete(key)
    this.#characters -= answer.characters
  }
}
