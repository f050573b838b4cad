// Verifies Ed25519 signatures: a few where they are asked for, many in batches on threads of their own, so that the event
// loop stays free. What is asked for in one turn of the loop goes together, whoever asks.
import { encodeBase64 } from '@myelin/algorithms/base64'
import { verifyText } from '@myelin/algorithms/signatures'
import type { Environment } from '../environment.ts'
import { signatureThreadsMax, signaturesInlineMax, signaturesPerBatchMax } from '../federation-limits.ts'
import { threadUrl } from '../store/sqlite/thread-url.ts'
import type { Thread, ThreadCode } from '../threads.ts'
import { type SignatureAnswer, type SignatureBatch, verifyBatches } from './signature-batches.ts'

/** A signature of a text. */
export interface SignatureCheck {
  /** One line: canonical JSON. */
  readonly text: string
  /** Base64, as it came. */
  readonly signature: string
  readonly publicKey: Uint8Array
}

export interface SignatureChecks extends AsyncDisposable {
  /** Whether each is valid, in their order. */
  verify(checks: readonly SignatureCheck[]): Promise<readonly boolean[]>
}

const isValid = ({ text, signature, publicKey }: SignatureCheck) => verifyText(text, signature, publicKey)

const threadCode: ThreadCode<undefined, SignatureBatch | undefined, SignatureAnswer> = {
  url: threadUrl('signature-thread', import.meta.url),
  run: verifyBatches,
}

interface Asked {
  readonly check: SignatureCheck
  readonly answer: (isValid: boolean) => void
}

/** A thread and the batches it owes an answer to. */
class Verifier {
  readonly #thread: Thread<SignatureBatch | undefined, SignatureAnswer>
  readonly #batches = new Map<number, readonly Asked[]>()
  readonly #ended = Promise.withResolvers<void>()
  #lastId = 0

  constructor(environment: Environment, onEnd: () => void) {
    this.#thread = environment.startThread(threadCode, undefined)
    this.#thread.hear((answer) => this.#hear(answer))
    this.#thread.onEnd(() => {
      onEnd()
      this.#end()
    })
  }

  get waiting(): number {
    return this.#batches.size
  }

  check(batch: readonly Asked[]): void {
    const id = ++this.#lastId
    this.#batches.set(id, batch)
    this.#thread.say({ id, lines: batch.map(({ check }) => lineOf(check)).join('\n') })
  }

  close(): Promise<void> {
    this.#thread.say(undefined)
    return this.#ended.promise
  }

  #hear({ id, digits }: SignatureAnswer): void {
    const batch = this.#batches.get(id) ?? []
    this.#batches.delete(id)
    for (const [index, { answer }] of batch.entries()) answer(digits[index] === '1')
  }

  /** What it owes is checked here: a thread that fails must not cost an event. */
  #end(): void {
    const owed = [...this.#batches.values()].flat()
    this.#batches.clear()
    for (const { check, answer } of owed) answer(isValid(check))
    this.#ended.resolve()
  }
}

const keyTexts = new WeakMap<Uint8Array, string>()

function lineOf({ text, signature, publicKey }: SignatureCheck): string {
  let key = keyTexts.get(publicKey)
  if (key === undefined) keyTexts.set(publicKey, (key = encodeBase64(publicKey)))
  return `${signature} ${key} ${text}`
}

/** What would not keep to its line is no signature. */
const isPlain = ({ signature, text }: SignatureCheck) => !/\s/.test(signature) && !text.includes('\n')

class ThreadedSignatureChecks implements SignatureChecks {
  readonly #environment: Environment
  readonly #verifiers = new Set<Verifier>()
  #asked: Asked[] = []
  #isClosed = false

  constructor(environment: Environment) {
    this.#environment = environment
  }

  verify(checks: readonly SignatureCheck[]): Promise<readonly boolean[]> {
    return new Promise((resolve) => {
      const found: boolean[] = []
      let missing = checks.length
      if (missing === 0) resolve(found)
      for (const [at, check] of checks.entries())
        this.#ask(check, (isRight) => {
          found[at] = isRight
          if (--missing === 0) resolve(found)
        })
    })
  }

  #ask(check: SignatureCheck, answer: Asked['answer']): void {
    if (!isPlain(check)) return answer(isValid(check))
    if (this.#asked.length === 0) this.#environment.soon(() => this.#flush())
    this.#asked.push({ check, answer })
  }

  #flush(): void {
    const asked = this.#asked
    this.#asked = []
    if (asked.length <= signaturesInlineMax || this.#isClosed)
      for (const { check, answer } of asked) answer(isValid(check))
    else
      for (let at = 0; at < asked.length; at += signaturesPerBatchMax)
        this.#verifier().check(asked.slice(at, at + signaturesPerBatchMax))
  }

  /** The thread with the least to do; a new one while all are busy and there may be more. */
  #verifier(): Verifier {
    const [least] = [...this.#verifiers].toSorted((a, b) => a.waiting - b.waiting)
    const threadsMax = Math.max(1, Math.min(signatureThreadsMax, this.#environment.processors - 1))
    if (least && (least.waiting === 0 || this.#verifiers.size >= threadsMax)) return least
    const verifier: Verifier = new Verifier(this.#environment, () => this.#verifiers.delete(verifier))
    this.#verifiers.add(verifier)
    return verifier
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#verifiers].map((verifier) => verifier.close()))
  }
}

/** Checks on threads that are started when they are first needed. */
export const createSignatureChecks = (environment: Environment): SignatureChecks =>
  new ThreadedSignatureChecks(environment)
