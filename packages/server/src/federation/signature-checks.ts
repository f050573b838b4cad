// Verifies Ed25519 signatures: a few where they are asked for, many in batches on threads of their own, so that the event
// loop stays free. What is asked for in one turn of the loop goes together, whoever asks.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { encodeBase64 } from '@myelin/algorithms/base64'
import { verifyText } from '@myelin/algorithms/signatures'
import { signatureThreadsMax, signaturesInlineMax, signaturesPerBatchMax } from '../limits.ts'
import { threadUrl } from '../store/sqlite/thread-url.ts'

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

/** Checks where they are asked for. */
export const inlineSignatureChecks: SignatureChecks = {
  verify: async (checks) => checks.map(isValid),
  [Symbol.asyncDispose]: async () => {},
}

const isValid = ({ text, signature, publicKey }: SignatureCheck) => verifyText(text, signature, publicKey)

/** What a thread is asked: one line a check. It answers with a digit for each, 1 for a valid one. */
export interface SignatureBatch {
  readonly id: number
  readonly lines: string
}
export interface SignatureAnswer {
  readonly id: number
  readonly digits: string
}

interface Asked {
  readonly check: SignatureCheck
  readonly answer: (isValid: boolean) => void
}

class Thread {
  readonly #worker: Worker
  readonly #batches = new Map<number, readonly Asked[]>()
  readonly #onEnd: () => void
  #lastId = 0

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd
    this.#worker = new Worker(threadUrl('signature-thread', import.meta.url))
    this.#worker.on('message', (answer: SignatureAnswer) => this.#hear(answer))
    this.#worker.on('error', () => this.#end())
    this.#worker.on('exit', () => this.#end())
    this.#worker.unref()
  }

  get waiting(): number {
    return this.#batches.size
  }

  check(batch: readonly Asked[]): void {
    const id = ++this.#lastId
    this.#batches.set(id, batch)
    if (this.#batches.size === 1) this.#worker.ref()
    this.#worker.postMessage({ id, lines: batch.map(({ check }) => lineOf(check)).join('\n') }, [])
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #hear({ id, digits }: SignatureAnswer): void {
    const batch = this.#batches.get(id) ?? []
    this.#batches.delete(id)
    if (this.#batches.size === 0) this.#worker.unref()
    for (const [index, { answer }] of batch.entries()) answer(digits[index] === '1')
  }

  /** What it owes is checked here: a thread that fails must not cost an event. */
  #end(): void {
    this.#onEnd()
    const owed = [...this.#batches.values()].flat()
    this.#batches.clear()
    for (const { check, answer } of owed) answer(isValid(check))
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
  readonly #threads = new Set<Thread>()
  #asked: Asked[] = []
  #isClosed = false

  verify(checks: readonly SignatureCheck[]): Promise<readonly boolean[]> {
    return Promise.all(checks.map((check) => (isPlain(check) ? this.#ask(check) : isValid(check))))
  }

  #ask(check: SignatureCheck): Promise<boolean> {
    return new Promise((answer) => {
      if (this.#asked.length === 0) setImmediate(() => this.#flush())
      this.#asked.push({ check, answer })
    })
  }

  #flush(): void {
    const asked = this.#asked
    this.#asked = []
    if (asked.length <= signaturesInlineMax || this.#isClosed)
      for (const { check, answer } of asked) answer(isValid(check))
    else
      for (let at = 0; at < asked.length; at += signaturesPerBatchMax)
        this.#thread().check(asked.slice(at, at + signaturesPerBatchMax))
  }

  /** The thread with the least to do; a new one while all are busy and there may be more. */
  #thread(): Thread {
    const [least] = [...this.#threads].toSorted((a, b) => a.waiting - b.waiting)
    const threadsMax = Math.max(1, Math.min(signatureThreadsMax, availableParallelism() - 1))
    if (least && (least.waiting === 0 || this.#threads.size >= threadsMax)) return least
    const thread: Thread = new Thread(() => this.#threads.delete(thread))
    this.#threads.add(thread)
    return thread
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    await Promise.all([...this.#threads].map((thread) => thread.close()))
  }
}

/** Checks on threads that are started when they are first needed. */
export const createSignatureChecks = (): SignatureChecks => new ThreadedSignatureChecks()
