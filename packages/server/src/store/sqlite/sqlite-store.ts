// The store on SQLite: reads on the calling thread, writes gathered in memory and committed in groups by a writer thread.
//
//   write(change) ─▶ queue ─▶ batch ─▶ writer thread: BEGIN … COMMIT, synced ─▶ durablePosition, listeners, promises
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from '../../environment.ts'
import {
  storeBatchBytesMax,
  storeBatchesInFlightMax,
  storeBatchOperationsMax,
  storeQueuedChangesMax,
} from '../../limits.ts'
import type { Thread, ThreadCode } from '../../threads.ts'
import { entriesAfter, lastPosition } from '../journal.ts'
import { migrations } from '../migrations/migrations.ts'
import { StoreError, type Journaled, type NidFamily, type Store, type StoreStatistics, type Write } from '../store.ts'
import { Gathering, type Change } from './change.ts'
import { openForReading, openForWriting, type Durability } from './connection.ts'
import { lockFolder } from './folder-lock.ts'
import type { FromWriter, ToWriter, WriterOptions } from './messages.ts'
import { migrate } from './migrate.ts'
import { NidCounters, reserveNids } from './nid-counters.ts'
import { SqliteReader } from './reader.ts'
import { StatementNumbers } from './statement-numbers.ts'
import { threadUrl } from './thread-url.ts'
import { Writer } from './writer.ts'

export interface SqliteStoreOptions {
  /** Folder of the database; created if absent. Without one the store lives in a temporary folder that closing removes. */
  readonly folder?: string
  readonly durability: Durability
  readonly environment: Environment
  /** Bound of the database's size, pages of 4 KiB; absent for none. */
  readonly pagesMax?: number
  /** Length of the log from which on it is moved into the database, pages of 4 KiB; `storeLogPagesMax` unless told. */
  readonly logPagesMax?: number
  /** Called when the writer thread has died: nothing can be written any more. Without it the error is thrown at top level. */
  readonly onFatal?: (error: StoreError) => void
}

/** Opens the database in `folder`, migrating it if needed. Throws StoreError if it is in use or made by a newer version. */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'myelin-'))
  mkdirSync(folder, { recursive: true })
  const unlock = lockFolder(folder)
  const release = (): void => {
    unlock()
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true })
  }
  let reader: SqliteReader | undefined
  try {
    const path = join(folder, 'myelin.db')
    prepare(path, options)
    reader = new SqliteReader(openForReading(path))
    const counters = new NidCounters()
    await counters.load(reader)
    const position = await lastPosition(reader)
    const { environment, onFatal = throwLater } = options
    const writer = await startWriter(environment, { ...writerOptions(options), path })
    return new SqliteStore({ reader, counters, writer, position, release, environment, onFatal })
  } catch (error) {
    reader?.close()
    release()
    throw error
  }
}

function prepare(path: string, { durability, environment }: SqliteStoreOptions): void {
  const database = openForWriting(path, durability)
  try {
    migrate(database, migrations, environment)
  } finally {
    database.close()
  }
}

const writerOptions = ({ durability, pagesMax, logPagesMax }: SqliteStoreOptions): Omit<WriterOptions, 'path'> => ({
  durability,
  ...(pagesMax !== undefined && { pagesMax }),
  ...(logPagesMax !== undefined && { logPagesMax }),
})

type WriterThread = Thread<ToWriter, FromWriter>

async function startWriter(environment: Environment, options: WriterOptions): Promise<WriterThread> {
  const code: ThreadCode<WriterOptions, ToWriter, FromWriter> = {
    url: threadUrl('writer-thread', import.meta.url),
    run: (port, given) => void new Writer(port, given, environment),
  }
  const thread = environment.startThread(code, options)
  await new Promise((resolve, reject) => {
    thread.hear(resolve)
    thread.onEnd(reject)
  })
  return thread
}

/** A bug in a listener or a dead writer must not pass unseen, nor cut short the work around it. */
function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error
  })
}

interface Parts {
  readonly reader: SqliteReader
  readonly counters: NidCounters
  readonly writer: WriterThread
  readonly position: number
  readonly release: () => void
  readonly environment: Environment
  readonly onFatal: (error: StoreError) => void
}

interface Sent {
  readonly id: number
  readonly changes: readonly Change[]
}

class SqliteStore implements Store {
  readonly read: SqliteReader
  readonly #parts: Parts
  readonly #statements = new StatementNumbers()
  readonly #durableListeners: ((entries: readonly Journaled[]) => void)[] = []
  readonly #resetListeners: (() => void)[] = []
  #position: number
  #durablePosition: number
  #queue: Change[] = []
  #inFlight: Sent[] = []
  #queueDepth = 0
  #generation = 0
  #batchId = 0
  #flushScheduled = false
  #gathering = false
  #ended: StoreError | undefined
  #closing: { promise: Promise<void>; finished: () => void; isAsked: boolean } | undefined
  #counts = { commits: 0, writes: 0, rows: 0, lastCommitMs: 0 }

  constructor(parts: Parts) {
    this.#parts = parts
    this.read = parts.reader
    this.#position = parts.position
    this.#durablePosition = parts.position
    parts.writer.hear((message) => this.#hear(message))
    parts.writer.onEnd((cause) => this.#die(cause))
  }

  get durablePosition(): number {
    return this.#durablePosition
  }

  write<T>(change: (write: Write) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closing) throw new StoreError('The store is closed')
      if (this.#ended) throw this.#ended
      if (this.#queueDepth >= storeQueuedChangesMax) throw new StoreError('Too many changes wait for the disk')
      const { gathered, result } = this.#gather(change)
      this.#position = gathered.position
      const { operations, entries, bytes } = gathered
      const settle = (error?: StoreError): void => (error ? reject(error) : resolve(result))
      this.#enqueue({ operations, entries, bytes, settle })
    })
  }

  #gather<T>(change: (write: Write) => T): { gathered: Gathering; result: T } {
    if (this.#gathering) throw new TypeError('A change cannot be gathered inside another')
    const gathered = new Gathering(this.#statements, this.#position)
    this.#gathering = true
    try {
      return { gathered, result: change(gathered) }
    } finally {
      this.#gathering = false
      gathered.close()
    }
  }

  onDurable(listener: (entries: readonly Journaled[]) => void): void {
    this.#durableListeners.push(listener)
  }

  onReset(listener: () => void): void {
    this.#resetListeners.push(listener)
  }

  journalSince(position: number, limit: number): Promise<Journaled[]> {
    return entriesAfter(this.read, position, limit)
  }

  nextNid(family: NidFamily): number {
    return this.#parts.counters.next(family, (reserved) => this.#recordNids(family, reserved))
  }

  statistics(): StoreStatistics {
    return { ...this.#counts, reads: this.read.reads, queueDepth: this.#queueDepth }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing) return this.#closing.promise
    if (!this.#ended) for (const [family, last] of this.#parts.counters.lastNids()) this.#recordNids(family, last)
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#closing = { promise, finished: resolve, isAsked: false }
    if (this.#ended) this.#finish()
    else this.#flush()
    return promise
  }

  /** Recorded ahead of every change that can use these nids. */
  #recordNids(family: string, reserved: number): void {
    const handle = new Gathering(this.#statements, this.#position)
    handle.run(reserveNids, { family, reserved })
    this.#enqueue({ operations: handle.operations, entries: [], bytes: handle.bytes, settle: () => {} })
  }

  #enqueue(change: Change): void {
    this.#queue.push(change)
    this.#queueDepth++
    if (this.#flushScheduled) return
    this.#flushScheduled = true
    // After the loop's current round of input, so that requests which arrived together share a batch.
    this.#parts.environment.soon(() => {
      this.#flushScheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    while (this.#queue.length > 0 && this.#inFlight.length < storeBatchesInFlightMax && !this.#ended) this.#sendBatch()
    const isDrained = this.#queue.length === 0 && this.#inFlight.length === 0
    if (!this.#closing || this.#closing.isAsked || !isDrained) return
    this.#closing.isAsked = true
    this.#send({ kind: 'close' })
  }

  #sendBatch(): void {
    const changes = this.#queue.splice(0, batchLength(this.#queue))
    const id = ++this.#batchId
    const statements = this.#statements.takeUnsent()
    const operations = changes.flatMap((change) => change.operations)
    this.#inFlight.push({ id, changes })
    this.#send({ kind: 'batch', id, generation: this.#generation, statements, operations })
  }

  #send(message: ToWriter): void {
    this.#parts.writer.say(message)
  }

  #hear(message: FromWriter): void {
    if (message.kind === 'durable') this.#becomeDurable(message.id, message.commitMs)
    else if (message.kind === 'failed') this.#reset(message.generation, message.cause)
    else if (message.kind === 'closed') this.#finish()
  }

  #becomeDurable(id: number, commitMs: number): void {
    const changes = this.#inFlight.filter((sent) => sent.id <= id).flatMap((sent) => sent.changes)
    this.#inFlight = this.#inFlight.filter((sent) => sent.id > id)
    this.#queueDepth -= changes.length
    this.#counts.commits++
    this.#counts.writes += changes.length
    this.#counts.lastCommitMs = commitMs
    for (const { operations } of changes) this.#counts.rows += operations.length
    // The writer goes on while this thread tells everyone.
    this.#flush()
    const entries = changes.flatMap((change) => change.entries)
    this.#durablePosition = entries.at(-1)?.position ?? this.#durablePosition
    if (entries.length > 0) callAll(this.#durableListeners, entries)
    for (const change of changes) change.settle()
  }

  /** A commit failed: memory is ahead of the disk. Everything not durable is refused and the store goes on from there. */
  #reset(generation: number, cause: Error): void {
    if (generation < this.#generation) return
    this.#generation++
    const lost = this.#takeAll()
    this.#position = this.#durablePosition
    this.#statements.forgetSent()
    this.#parts.counters.forgetReservations()
    callAll(this.#resetListeners, undefined)
    const error = new StoreError(`The change could not be stored: ${cause.message}`, { cause })
    for (const change of lost) change.settle(error)
    this.#flush()
  }

  #takeAll(): Change[] {
    const changes = [...this.#inFlight.flatMap((sent) => sent.changes), ...this.#queue]
    this.#inFlight = []
    this.#queue = []
    this.#queueDepth = 0
    return changes
  }

  #die(cause: unknown): void {
    if (this.#ended) return
    this.#ended = new StoreError('The store cannot write any more: its writer thread has failed', { cause })
    for (const change of this.#takeAll()) change.settle(this.#ended)
    if (this.#closing) this.#finish()
    else this.#parts.onFatal(this.#ended)
  }

  #finish(): void {
    this.#ended ??= new StoreError('The store is closed')
    this.read.close()
    this.#parts.release()
    this.#closing?.finished()
  }
}

/** How many changes from the front of the queue fit into one batch; at least one. */
function batchLength(queue: readonly Change[]): number {
  let operationCount = 0
  let bytes = 0
  const end = queue.findIndex((change) => {
    operationCount += change.operations.length
    bytes += change.bytes
    return operationCount > storeBatchOperationsMax || bytes > storeBatchBytesMax
  })
  return end === -1 ? queue.length : Math.max(end, 1)
}

/** Calls every listener, even if one throws. */
function callAll<T>(listeners: readonly ((value: T) => void)[], value: T): void {
  for (const listener of listeners)
    try {
      listener(value)
    } catch (error) {
      throwLater(error)
    }
}
