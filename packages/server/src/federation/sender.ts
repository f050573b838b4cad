// Sends to other servers what the journal says: one reader routes each entry to the queues of its destinations. On disk
// are positions only: of the reader, and of the servers that are behind.
import { Slots } from '@myelin/protocol/client/slots'
import type { Environment } from '../environment.ts'
import type { Logger } from '../http/log.ts'
import {
  senderCheckpointMs,
  senderPageEntriesMax,
  senderPendingEntriesMax,
  senderStartSpreadMs,
  slowTransactionsAtOnceMax,
  transactionsAtOnceMax,
} from '../federation-limits.ts'
import {
  destinationsBehind,
  setDestinationBehind,
  setDestinationCurrent,
  type DestinationRow,
} from '../store/destinations.ts'
import { readerPosition, setReaderPosition } from '../store/journal-readers.ts'
import { serversWithOutboundEdus } from '../store/outbound-edus.ts'
import type { Journaled, Store } from '../store/store.ts'
import { Destination, type DestinationStatus } from './destination.ts'
import { JournalPages } from './journal-pages.ts'
import { KeptEdus } from './kept-edus.ts'
import type { OutgoingSource } from './outgoing.ts'
import type { PeerClient } from './peer-client.ts'
import type { Reachability } from './reachability.ts'

export interface SenderOptions {
  readonly store: Store
  readonly environment: Environment
  /** This server's own name. */
  readonly serverName: string
  readonly peers: PeerClient
  readonly reachability: Reachability
  readonly source: OutgoingSource
  readonly log?: Logger | undefined
}

/** What the destinations share. */
export interface SenderContext extends SenderOptions {
  readonly slots: Slots
  /** For servers that fail or are slow. */
  readonly slowSlots: Slots
  readonly stopping: AbortSignal
  readonly pages: JournalPages
  readonly keptEdus: KeptEdus
  /** The position up to which the reader has routed everything. */
  readonly routedThrough: () => number
  readonly nextTransactionId: () => string
  readonly onIdle: (destination: Destination) => void
}

const readerName = 'federation'

export class Sender implements AsyncDisposable {
  readonly #context: SenderContext
  readonly #destinations = new Map<string, Destination>()
  /** Servers with a row on disk, and what is in it. */
  readonly #rows = new Map<string, string>()
  readonly #stop = new AbortController()
  #pending: Journaled[] = []
  #routed = 0
  #routing: Promise<void> | undefined
  #savedPosition = -1
  #saving: Promise<void> = Promise.resolve()
  #transactions = 0
  #cancelCheckpoint: () => void = () => {}

  private constructor(options: SenderOptions) {
    // A clock that was set back must not make an id twice: the other server would take it for what it has.
    const chance = Buffer.from(options.environment.random(6)).toString('base64url')
    const era = `${options.environment.now().toString(36)}.${chance}`
    this.#context = {
      ...options,
      slots: new Slots(transactionsAtOnceMax),
      slowSlots: new Slots(slowTransactionsAtOnceMax),
      pages: new JournalPages(options),
      keptEdus: new KeptEdus(options),
      stopping: this.#stop.signal,
      routedThrough: () => this.#routed,
      nextTransactionId: () => `${era}.${++this.#transactions}`,
      onIdle: (destination) => this.#forget(destination),
    }
  }

  /** Goes on where the last run of the server ended. The first run sends what happens from now on. */
  static async start(options: SenderOptions): Promise<Sender> {
    const sender = new Sender(options)
    const { store, reachability } = options
    const position = await readerPosition(store.read, readerName)
    sender.#routed = position ?? store.durablePosition
    if (position === undefined) await store.write((w) => setReaderPosition(w, readerName, sender.#routed))
    await sender.#resume()
    reachability.onHeard((serverName) => sender.#destinations.get(serverName)?.heard())
    store.onDurable((entries) => sender.#notice(entries))
    sender.#startRouting()
    sender.#scheduleCheckpoint()
    sender.#context.keptEdus.start()
    return sender
  }

  /** Every server that something waits for, or that cannot be reached. */
  statuses(): DestinationStatus[] {
    return [...this.#destinations.values()].map((destination) => destination.status())
  }

  /** How it stands with one server. */
  status(serverName: string): DestinationStatus {
    return (this.#destinations.get(serverName) ?? new Destination(this.#context, serverName)).status()
  }

  /** Tries a server now, whatever it failed with before. */
  retry(serverName: string): void {
    this.#context.reachability.retry(serverName)
    this.#destinations.get(serverName)?.retry()
  }

  /** Ends what is under way and keeps the positions. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('the server stops'))
    this.#cancelCheckpoint()
    await this.#routing
    await Promise.all([...this.#destinations.values()].map((destination) => destination.stopped()))
    await this.#context.keptEdus.stop()
    await this.#saving
    await this.#checkpoint()
  }

  /** Servers left behind by the last run are tried again one after the other, not all at once. */
  async #resume(): Promise<void> {
    const { store, reachability, environment } = this.#context
    for (const row of await destinationsBehind(store.read)) {
      const { serverName, position, failures, nextTryTs, lastSuccessTs, lastError } = row
      this.#rows.set(serverName, textOf(row))
      reachability.restore(serverName, {
        failures,
        nextTryMs: nextTryTs,
        lastSuccessMs: lastSuccessTs,
        lastError,
      })
      this.#destination(serverName).catchUpFrom(position)
    }
    for (const serverName of await serversWithOutboundEdus(store.read))
      this.#destination(serverName).add({ kind: 'kept-edu', position: 0, destinations: [] })
    for (const destination of this.#destinations.values())
      destination.wakeAfter(((environment.random(1)[0] ?? 0) / 255) * senderStartSpreadMs)
  }

  #destination(serverName: string): Destination {
    const known = this.#destinations.get(serverName)
    if (known !== undefined) return known
    const destination = new Destination(this.#context, serverName)
    this.#destinations.set(serverName, destination)
    return destination
  }

  #forget(destination: Destination): void {
    if (destination.isIdle) this.#destinations.delete(destination.serverName)
  }

  #notice(entries: readonly Journaled[]): void {
    if (this.#stop.signal.aborted) return
    if (this.#pending.length + entries.length <= senderPendingEntriesMax) this.#pending.push(...entries)
    else this.#pending = [] // the rest is read from the journal
    this.#startRouting()
  }

  #startRouting(): void {
    if (this.#routing !== undefined) return
    this.#routing = this.#route()
      .catch((error: unknown) => this.#context.log?.error({ err: error }, 'Routing to other servers failed'))
      .finally(() => (this.#routing = undefined))
  }

  async #route(): Promise<void> {
    const { store, source } = this.#context
    while (this.#routed < store.durablePosition && !this.#stop.signal.aborted) {
      const entries = await this.#nextEntries()
      const last = entries.at(-1)
      if (last === undefined) return
      const outgoing = await source.outgoing(entries)
      // From here to the end of the round nothing else runs, so that a server that catches up misses nothing.
      const touched = new Set<Destination>()
      for (const each of outgoing)
        for (const serverName of each.destinations)
          if (serverName !== this.#context.serverName) {
            const destination = this.#destination(serverName)
            destination.add(each)
            touched.add(destination)
          }
      this.#routed = last.position
      for (const destination of touched) destination.wakeUnlessWaiting()
    }
  }

  /** The entries after those routed: as they were announced, or from the journal where some were not kept. */
  async #nextEntries(): Promise<readonly Journaled[]> {
    const announced = this.#pending.filter(({ position }) => position > this.#routed)
    if (announced[0]?.position !== this.#routed + 1)
      return this.#context.store.journalSince(this.#routed, senderPageEntriesMax)
    this.#pending = announced.slice(senderPageEntriesMax)
    return announced.slice(0, senderPageEntriesMax)
  }

  #scheduleCheckpoint(): void {
    if (this.#stop.signal.aborted) return
    this.#cancelCheckpoint = this.#context.environment.timer(senderCheckpointMs, () => {
      this.#saving = this.#checkpoint()
        .catch((error: unknown) => this.#context.log?.error({ err: error }, 'Positions could not be kept'))
        .finally(() => this.#scheduleCheckpoint())
    })
  }

  /**
   * Keeps the position from which the next run routes again: before whatever is still queued for servers that are well.
   * Servers that are behind have positions of their own, so that they hold nothing up.
   */
  async #checkpoint(): Promise<void> {
    const all = [...this.#destinations.values()]
    const behind = all.filter((destination) => destination.isBehind)
    const busy = all.filter((destination) => !destination.isBehind).map(({ deliveredThrough }) => deliveredThrough)
    const position = Math.min(this.#routed, ...busy.filter((each) => each !== undefined))
    const rows = behind.flatMap(rowOf).filter((row) => this.#rows.get(row.serverName) !== textOf(row))
    const names = new Set(behind.map(({ serverName }) => serverName))
    const current = [...this.#rows.keys()].filter((serverName) => !names.has(serverName))
    if (position === this.#savedPosition && rows.length === 0 && current.length === 0) return
    await this.#context.store.write((w) => {
      setReaderPosition(w, readerName, position)
      for (const row of rows) setDestinationBehind(w, row)
      for (const serverName of current) setDestinationCurrent(w, serverName)
    })
    this.#savedPosition = position
    for (const row of rows) this.#rows.set(row.serverName, textOf(row))
    for (const serverName of current) this.#rows.delete(serverName)
  }
}

const textOf = ({ position, failures }: DestinationRow): string => `${position} ${failures}`

function rowOf(destination: Destination): DestinationRow[] {
  const position = destination.deliveredThrough
  if (position === undefined) return []
  const { serverName, failures, nextTryTs, lastSuccessTs, lastError } = destination.status()
  return [{ serverName, position, failures, nextTryTs: Math.round(nextTryTs), lastSuccessTs, lastError }]
}
