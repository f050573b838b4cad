// Transactions of other servers: one after the other for each server, and once for each id, across restarts.
// https://spec.matrix.org/v1.19/server-server-api/#transactions
import { MatrixError } from '@myelin/protocol/errors'
import type { Environment } from '../environment.ts'
import { BoundedMap } from '../federation/bounded-map.ts'
import {
  receivedTransactionKeptMs,
  receivedTransactionsPruneMs,
  transactionServersRememberedMax,
  transactionsRememberedPerServerMax,
  transactionsWaitingPerServerMax,
} from '../federation-limits.ts'
import { createKeyedMutex } from '../store/keyed-mutex.ts'
import {
  pruneReceivedTransactions,
  receivedTransactionsOf,
  saveReceivedTransaction,
} from '../store/received-transactions.ts'
import type { Store } from '../store/store.ts'

export interface TransactionName {
  readonly origin: string
  readonly transactionId: string
}

/** The answer to a transaction without events. What else it holds may come again, so that the answer need not be stored. */
const nothingToSay = '{"pdus":{}}'

/** What a transaction is answered with. */
export interface TransactionAnswer {
  /** JSON text. */
  readonly answer: string
  /** Resolves when what the transaction brought is durable: until then it is not answered. */
  readonly durable: Promise<unknown>
}

/** The last transactions of a server. */
interface Answered {
  /** Answers as JSON texts by transaction id, oldest first. */
  readonly answers: Map<string, string>
  /** Where the next one is stored. */
  slot: number
}

export class ReceivedTransactions {
  readonly #store: Store
  readonly #environment: Environment
  readonly #answered = new BoundedMap<Answered>(transactionServersRememberedMax)
  readonly #underWay = new Map<string, Map<string, Promise<string>>>()
  readonly #mutex = createKeyedMutex()
  #pruneAtMs = 0

  constructor(store: Store, environment: Environment) {
    this.#store = store
    this.#environment = environment
    store.onReset(() => this.#answered.clear())
  }

  /**
   * Runs `receive` unless that transaction has been answered; resolves with its answer, JSON text, when that is durable.
   * Throws M_LIMIT_EXCEEDED when a server sends the next ones without waiting for answers.
   */
  once(name: TransactionName, receive: () => Promise<TransactionAnswer>): Promise<string> {
    const { origin, transactionId } = name
    const ofOrigin = this.#underWay.get(origin) ?? new Map<string, Promise<string>>()
    const known = ofOrigin.get(transactionId)
    if (known) return known
    if (ofOrigin.size >= transactionsWaitingPerServerMax)
      throw new MatrixError('M_LIMIT_EXCEEDED', 'The transactions before have not been answered yet')
    const answer = this.#mutex.run(origin, () => this.#answer(name, receive))
    this.#underWay.set(origin, ofOrigin.set(transactionId, answer))
    const ended = () => {
      ofOrigin.delete(transactionId)
      if (ofOrigin.size === 0) this.#underWay.delete(origin)
    }
    answer.then(ended, ended)
    return answer
  }

  async #answer(
    { origin, transactionId }: TransactionName,
    receive: () => Promise<TransactionAnswer>,
  ): Promise<string> {
    const answered = await this.#answeredOf(origin)
    const known = answered.answers.get(transactionId)
    if (known !== undefined) return known
    const { answer, durable } = await receive()
    // The answer becomes durable with what it is about, or after it.
    const saved = answer === nothingToSay ? undefined : this.#save(answered, { origin, transactionId, answer })
    await Promise.all([durable, saved])
    answered.answers.set(transactionId, answer)
    const [oldest] = answered.answers.keys()
    if (answered.answers.size > transactionsRememberedPerServerMax && oldest !== undefined)
      answered.answers.delete(oldest)
    return answer
  }

  #save(answered: Answered, saved: TransactionName & { readonly answer: string }): Promise<void> {
    const { slot } = answered
    answered.slot = (slot + 1) % transactionsRememberedPerServerMax
    const ts = this.#environment.now()
    return this.#store.write((w) => {
      saveReceivedTransaction(w, { ...saved, slot, ts })
      if (ts < this.#pruneAtMs) return
      this.#pruneAtMs = ts + receivedTransactionsPruneMs
      pruneReceivedTransactions(w, ts - receivedTransactionKeptMs)
    })
  }

  async #answeredOf(origin: string): Promise<Answered> {
    const known = this.#answered.get(origin)
    if (known) return known
    const rows = await receivedTransactionsOf(this.#store.read, origin)
    const answers = new Map(rows.map(({ transactionId, answer }) => [transactionId, answer]))
    const answered = { answers, slot: ((rows.at(-1)?.slot ?? -1) + 1) % transactionsRememberedPerServerMax }
    this.#answered.set(origin, answered)
    return answered
  }
}
