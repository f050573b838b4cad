// One server as the sender sees it: a bounded queue, one transaction under way at a time, and where to read on in the
// journal when the queue was not enough.
import { retryAfterMs } from '@myelin/protocol/client/answer'
import { JsonText } from '@myelin/protocol/handlers'
import { sendTransaction } from '@myelin/protocol/server-server/transactions'
import {
  edusPerTransactionMax,
  edusQueuedMs,
  edusQueuedForAwayMax,
  edusQueuedPerServerMax,
  federationHeardRetryMinMs,
  federationRetryFirstMs,
  federationRetryMaxMs,
  pdusPerTransactionMax,
  pdusQueuedForAwayMax,
  pdusQueuedPerServerMax,
  senderCatchUpEntriesMax,
  transactionRefusalsMax,
  transactionTimeoutMs,
} from '../federation-limits.ts'
import { keptEdusBytesPerTransaction } from '../limits.ts'
import { outboundEdus, removeOutboundEdus, type OutboundEdu } from '../store/outbound-edus.ts'
import { delayAfter } from './doubling.ts'
import { FederationError, reasonOf } from './federation-error.ts'
import type { Outgoing } from './outgoing.ts'
import type { SenderContext } from './sender.ts'
import { transactionText } from './transaction.ts'

interface PduRef {
  readonly position: number
  readonly eventNid: number
}

/** An EDU that need not arrive. */
interface QueuedEdu {
  readonly json: string
  /** Milliseconds since the epoch. */
  readonly queuedMs: number
}

/** Kept until it is acknowledged: "the sending server must wait and retry for a 200 OK response". */
interface Transaction {
  readonly id: string
  readonly originServerTs: number
  readonly pdus: readonly PduRef[]
  readonly edus: readonly string[]
  /** Position of the last EDU in it that is kept in the store, 0 if there is none. */
  readonly keptThrough: number
}

/** What an operator is shown of a server. Times are milliseconds since the epoch, 0 for never. */
export interface DestinationStatus {
  readonly serverName: string
  readonly queuedPdus: number
  readonly queuedEdus: number
  /** Whether it is so far behind that it is served from the journal. */
  readonly isCatchingUp: boolean
  /** Journal entries made since the oldest event it has not got; 0 when it has got everything. */
  readonly lag: number
  readonly failures: number
  readonly nextTryTs: number
  readonly lastSuccessTs: number
  readonly lastError: string
}

export class Destination {
  readonly serverName: string
  readonly #context: SenderContext
  #pdus: PduRef[] = []
  readonly #edus = new Map<string, QueuedEdu>()
  #hasKeptEdus = false
  /** While it catches up: how far the journal has been read for it. What is routed meanwhile is found there. */
  #readThrough: number | undefined
  #current: Transaction | undefined
  #isRunning = false
  #run: Promise<void> = Promise.resolve()
  #isWoken = false
  #cancelTimer: (() => void) | undefined
  #refusals = 0
  #refusedMs = 0
  #refusedUntilMs = 0
  #lastRefusal = ''

  constructor(context: SenderContext, serverName: string) {
    this.#context = context
    this.serverName = serverName
  }

  /** Everything up to `position` has been delivered; what follows is read from the journal. */
  catchUpFrom(position: number): void {
    this.#readThrough = position
  }

  /** Queues; `wake` starts sending. */
  add(outgoing: Outgoing): void {
    if (outgoing.kind === 'kept-edu') this.#hasKeptEdus = true
    else if (outgoing.kind === 'edu') this.#addEdu(outgoing.key, outgoing.json)
    else this.#addPdu(outgoing)
  }

  #addEdu(key: string, json: string): void {
    this.#edus.delete(key)
    this.#edus.set(key, { json, queuedMs: this.#context.environment.now() })
    const [oldest] = this.#edus.keys()
    const queuedMax = this.#isAway() ? edusQueuedForAwayMax : edusQueuedPerServerMax
    if (this.#edus.size > queuedMax && oldest !== undefined) this.#edus.delete(oldest)
  }

  #addPdu({ position, eventNid }: PduRef): void {
    if (this.#readThrough !== undefined) return
    this.#pdus.push({ position, eventNid })
    if (this.#pdus.length <= (this.#isAway() ? pdusQueuedForAwayMax : pdusQueuedPerServerMax)) return
    this.#readThrough = (this.#pdus[0]?.position ?? position) - 1
    this.#pdus = []
  }

  /** Whether it fails, or is so slow that it could be used to hold others up. */
  #isAway(): boolean {
    const { isSlow, failures } = this.#context.reachability.standing(this.serverName)
    return isSlow || failures > 0 || this.#refusals > 0
  }

  /** The position up to which everything has been delivered; undefined when there is nothing more. */
  get deliveredThrough(): number | undefined {
    const oldest = this.#current?.pdus[0] ?? this.#pdus[0]
    return oldest === undefined ? this.#readThrough : oldest.position - 1
  }

  /** Whether it is more than a transaction behind, or fails: then its position is worth keeping on disk. */
  get isBehind(): boolean {
    const isWaiting = this.#readThrough !== undefined || this.#pdus.length > pdusPerTransactionMax
    return isWaiting || (this.deliveredThrough !== undefined && this.status().failures > 0)
  }

  get isIdle(): boolean {
    const hasNothing = this.deliveredThrough === undefined && this.#current === undefined && this.#edus.size === 0
    return hasNothing && !this.#hasKeptEdus && !this.#isRunning
  }

  status(): DestinationStatus {
    const standing = this.#context.reachability.standing(this.serverName)
    const delivered = this.deliveredThrough
    return {
      serverName: this.serverName,
      queuedPdus: this.#pdus.length + (this.#current?.pdus.length ?? 0),
      queuedEdus: this.#edus.size + (this.#current?.edus.length ?? 0),
      isCatchingUp: this.#readThrough !== undefined,
      lag: delivered === undefined ? 0 : Math.max(0, this.#context.routedThrough() - delivered),
      failures: Math.max(standing.failures, this.#refusals),
      nextTryTs: Math.max(standing.nextTryMs, this.#refusedUntilMs),
      lastSuccessTs: standing.lastSuccessMs,
      lastError: standing.lastError || this.#lastRefusal,
    }
  }

  /** Sends what there is, as soon as the server may be tried. */
  wake(): void {
    this.#isWoken = true
    this.#clearTimer()
    if (this.#isRunning || this.#context.stopping.aborted) return
    this.#isRunning = true
    this.#run = this.#runUntilIdle()
  }

  /** The same, but a server that is to be left alone is woken by its timer. */
  wakeUnlessWaiting(): void {
    if (this.#cancelTimer === undefined || this.#waitMs() <= 0) this.wake()
  }

  /** The same at the latest after `delayMs`. */
  wakeAfter(delayMs: number): void {
    this.#clearTimer()
    this.#cancelTimer = this.#context.environment.timer(delayMs, () => this.wake())
  }

  /** The server has called or answered: what it refused is tried again soon. */
  heard(): void {
    this.#refusedUntilMs = Math.min(this.#refusedUntilMs, this.#refusedMs + federationHeardRetryMinMs)
    this.wake()
  }

  /** Tries at once. */
  retry(): void {
    this.#refusedUntilMs = 0
    this.wake()
  }

  /** Resolves when what was under way at the stop has ended. */
  async stopped(): Promise<void> {
    this.#clearTimer()
    await this.#run
  }

  #clearTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }

  async #runUntilIdle(): Promise<void> {
    let waitMs = 0
    try {
      while (this.#isWoken && !this.#context.stopping.aborted) {
        this.#isWoken = false
        waitMs = await this.#sendAll()
      }
    } catch (error) {
      this.#context.log?.error({ err: error, destination: this.serverName }, 'Sending failed')
      waitMs = transactionTimeoutMs
    }
    this.#isRunning = false
    if (this.#context.stopping.aborted) return
    if (waitMs > 0) this.wakeAfter(waitMs)
    else if (this.#isWoken) this.wake()
    else if (this.isIdle) this.#context.onIdle(this)
  }

  /** Until there is nothing more (0), or the server must be left alone for so many milliseconds. */
  async #sendAll(): Promise<number> {
    const { slots, slowSlots, stopping } = this.#context
    try {
      for (;;) {
        const waitMs = this.#waitMs()
        if (waitMs > 0) return waitMs
        const lane = this.#isAway() ? slowSlots : slots
        if (!(await lane.run(() => this.#sendOne(), stopping))) return 0
      }
    } catch (error) {
      if (stopping.aborted) return 0
      throw error
    }
  }

  /** False when there is nothing to send. What is sent is decided as late as this, so that it is as much as possible. */
  async #sendOne(): Promise<boolean> {
    if (this.#current && this.#isWorthless(this.#current)) this.#current = undefined
    this.#current ??= await this.#next()
    if (this.#current === undefined || this.#context.stopping.aborted) return false
    await this.#deliver(this.#current)
    return true
  }

  #waitMs(): number {
    const { reachability, environment } = this.#context
    return Math.max(reachability.waitMs(this.serverName), this.#refusedUntilMs - environment.now())
  }

  /** The next transaction: EDUs that must arrive first, then the others, and events. */
  async #next(): Promise<Transaction | undefined> {
    const kept = await this.#keptEdus()
    if (this.#pdus.length === 0 && this.#readThrough !== undefined) await this.#readJournal()
    const edus = kept.map(({ json }) => json)
    for (const [key, { json, queuedMs }] of this.#edus) {
      if (edus.length >= edusPerTransactionMax) break
      this.#edus.delete(key)
      if (!this.#isPast(queuedMs)) edus.push(json)
    }
    const pdus = this.#pdus.splice(0, pdusPerTransactionMax)
    if (pdus.length === 0 && edus.length === 0) return undefined
    const { environment, nextTransactionId } = this.#context
    const keptThrough = kept.at(-1)?.position ?? 0
    return { id: nextTransactionId(), originServerTs: environment.now(), pdus, edus, keptThrough }
  }

  /** Whether nothing in it need arrive, and it is too late for the rest. */
  #isWorthless({ pdus, keptThrough, originServerTs }: Transaction): boolean {
    return pdus.length === 0 && keptThrough === 0 && this.#isPast(originServerTs)
  }

  #isPast(ms: number): boolean {
    return this.#context.environment.now() - ms > edusQueuedMs
  }

  async #keptEdus() {
    if (!this.#hasKeptEdus) return []
    this.#hasKeptEdus = false
    const read = outboundEdus(this.#context.store.read, this.serverName, edusPerTransactionMax)
    const kept = await read.catch((error: unknown) => {
      this.#hasKeptEdus = true
      throw error
    })
    const fitting = fittingEdus(kept)
    if (fitting.length < kept.length || kept.length === edusPerTransactionMax) this.#hasKeptEdus = true
    return fitting
  }

  /** Reads the journal until there is something for this server, or until the router's own position. */
  async #readJournal(): Promise<void> {
    const { pages, routedThrough, stopping } = this.#context
    while (this.#readThrough !== undefined && this.#pdus.length === 0 && !stopping.aborted) {
      const from = Math.max(this.#readThrough, routedThrough() - senderCatchUpEntriesMax)
      const page = await pages.after(from, routedThrough())
      for (const { destinations, position, eventNid } of page.pdus)
        if (position > from && includes(destinations, this.serverName)) this.#pdus.push({ position, eventNid })
      // What the router finds from here on is queued again.
      this.#readThrough = page.readThrough >= routedThrough() ? undefined : page.readThrough
    }
  }

  async #deliver(transaction: Transaction): Promise<void> {
    const { peers, reachability, stopping, environment } = this.#context
    const startMs = environment.monotonic()
    try {
      const body = new JsonText(await this.#text(transaction))
      const path = { txnId: transaction.id }
      const options = { timeoutMs: transactionTimeoutMs, signal: stopping }
      const answer = await peers.call(this.serverName, sendTransaction, { path, body }, options)
      this.#noteRejections(answer.pdus)
    } catch (error) {
      if (!(error instanceof FederationError)) throw error
      // An answer of status 200 counts, whatever its text.
      if (error.kind !== 'malformed') return this.#failed(error)
    } finally {
      reachability.took(this.serverName, environment.monotonic() - startMs)
    }
    await this.#delivered(transaction)
  }

  async #text({ pdus, edus, originServerTs }: Transaction): Promise<string> {
    const { source, serverName: origin } = this.#context
    const texts = await source.pdus(pdus.map(({ eventNid }) => eventNid))
    return transactionText({
      origin,
      originServerTs,
      edus,
      pdus: pdus.flatMap(({ eventNid }) => texts.get(eventNid) ?? []),
    })
  }

  async #delivered({ keptThrough }: Transaction): Promise<void> {
    const { store, keptEdus } = this.#context
    if (keptThrough > 0) await store.write((w) => removeOutboundEdus(w, this.serverName, keptThrough))
    if (keptThrough > 0) keptEdus.arrived(this.serverName)
    this.#current = undefined
    this.#refusals = 0
    this.#refusedUntilMs = 0
    this.#lastRefusal = ''
  }

  /** Where there was no answer, `reachability` says when to try again; a server that refuses is asked ever less. */
  async #failed({ refusal, message, kind }: FederationError): Promise<void> {
    if (kind === 'unreachable') return
    this.#refusals++
    this.#lastRefusal = message
    const delays = { firstMs: federationRetryFirstMs, maxMs: federationRetryMaxMs }
    this.#refusedMs = this.#context.environment.now()
    const askedMs = Math.min((refusal && retryAfterMs(refusal, this.#refusedMs)) ?? 0, federationRetryMaxMs)
    this.#refusedUntilMs = this.#refusedMs + Math.max(askedMs, delayAfter(this.#refusals, delays))
    const isTheirChoice = refusal === undefined || mayPass.has(refusal.status) || refusal.status >= 500
    if (isTheirChoice || this.#refusals < transactionRefusalsMax || this.#current === undefined) return
    this.#context.log?.warn({ destination: this.serverName, reason: message }, 'A transaction is given up')
    await this.#delivered(this.#current)
  }

  #noteRejections(pdus: Readonly<Record<string, { error?: string | undefined }>>): void {
    for (const [eventId, { error }] of Object.entries(pdus))
      if (error !== undefined)
        this.#context.log?.debug(
          { destination: this.serverName, eventId, error: reasonOf(error) },
          'An event was refused',
        )
  }
}

/** Those from the front that together are not too long for a transaction; at least one. */
function fittingEdus(kept: readonly OutboundEdu[]): readonly OutboundEdu[] {
  let bytes = 0
  const end = kept.findIndex(({ json }) => (bytes += json.length) > keptEdusBytesPerTransaction)
  return end < 0 ? kept : kept.slice(0, Math.max(end, 1))
}

/** Statuses that say nothing about the transaction itself. */
const mayPass: ReadonlySet<number> = new Set([401, 403, 404, 429])

const includes = (names: Iterable<string>, wanted: string): boolean => {
  for (const name of names) if (name === wanted) return true
  return false
}
