// The writer: takes every batch that is waiting into one transaction, makes it durable, and says so. It is a thread: while
// a transaction is being synced the next batches arrive, so the busier the server, the more changes share a sync.
import { Worker } from 'node:worker_threads'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Environment } from '../../environment.ts'
import { storeIdleCheckpointMs, storeLogPagesMax, storeTransactionOperationsMax } from '../../limits.ts'
import type { ThreadPort } from '../../threads.ts'
import { openForWriting } from './connection.ts'
import type { Batch, FromWriter, Operation, ToWriter, WriterOptions } from './messages.ts'
import { threadUrl } from './thread-url.ts'

export class Writer {
  readonly #port: ThreadPort<ToWriter, FromWriter>
  readonly #database: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #statements = new Map<number, StatementSync>()
  readonly #logSize: StatementSync
  readonly #options: WriterOptions
  readonly #environment: Pick<Environment, 'monotonic' | 'timer'>
  #cancelIdle: (() => void) | undefined
  #hasCommitted = false
  #failedGeneration = -1
  /** Ends with the checkpoint that runs beside this thread, if one does. */
  #checkpointBesideEnds: Promise<void> | undefined

  constructor(
    port: ThreadPort<ToWriter, FromWriter>,
    options: WriterOptions,
    environment: Pick<Environment, 'monotonic' | 'timer'>,
  ) {
    this.#port = port
    this.#options = options
    this.#environment = environment
    this.#database = openForWriting(options.path, options.durability)
    if (options.pagesMax !== undefined) this.#database.exec(`PRAGMA max_page_count = ${options.pagesMax}`)
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE')
    this.#commit = this.#database.prepare('COMMIT')
    this.#logSize = this.#database.prepare('PRAGMA wal_checkpoint(NOOP)')
    this.#checkpointWhenIdle()
    port.hear((message) => this.#receive(message))
    port.say({ kind: 'ready' })
  }

  /** Takes `first` and what waits behind it, up to the bound of one transaction. */
  #receive(first: ToWriter): void {
    const batches: Batch[] = []
    let operationCount = 0
    let message: ToWriter | undefined = first
    while (message?.kind === 'batch') {
      batches.push(message)
      operationCount += message.operations.length
      message = operationCount < storeTransactionOperationsMax ? this.#port.take() : undefined
    }
    this.#apply(batches.filter(({ generation }) => generation > this.#failedGeneration))
    if (message?.kind === 'close') void this.#close()
  }

  #apply(batches: readonly Batch[]): void {
    const last = batches.at(-1)
    if (last === undefined) return
    const start = this.#environment.monotonic()
    try {
      this.#begin.run()
      for (const batch of batches) this.#execute(batch)
      this.#commit.run()
    } catch (error) {
      this.#fail(last.generation, error)
      return
    }
    this.#port.say({ kind: 'durable', id: last.id, commitMs: this.#environment.monotonic() - start })
    this.#checkpointWhenIdle()
    if (!this.#checkpointBesideEnds && this.#logPages() >= (this.#options.logPagesMax ?? storeLogPagesMax))
      this.#checkpointBeside()
  }

  /** One timer goes round while there are commits, so that none of them has to set its own. */
  #checkpointWhenIdle(): void {
    this.#hasCommitted = true
    this.#cancelIdle ??= this.#environment.timer(storeIdleCheckpointMs, () => this.#lookWhetherIdle())
  }

  #lookWhetherIdle(): void {
    this.#cancelIdle = undefined
    if (!this.#hasCommitted) return this.#checkpoint('PASSIVE')
    this.#checkpointWhenIdle()
    this.#hasCommitted = false
  }

  #logPages(): number {
    return Number(this.#logSize.get()?.['log'])
  }

  /**
   * Checkpoints a long log in a thread of its own, so that nobody waits for it. What was committed meanwhile is little:
   * this thread moves that at the end, after which the log begins anew. If it fails, the log grows to its hard bound.
   */
  #checkpointBeside(): void {
    const thread = new Worker(threadUrl('checkpointer', import.meta.url), { workerData: this.#options })
    thread.on('error', () => undefined)
    this.#checkpointBesideEnds = new Promise((resolve) => {
      thread.on('exit', () => {
        this.#checkpointBesideEnds = undefined
        this.#checkpoint('PASSIVE')
        resolve()
      })
    })
  }

  #execute({ statements, operations }: Batch): void {
    for (const [number, text] of statements) this.#statements.set(number, this.#database.prepare(text))
    for (const [number, ...values] of operations) this.#statement(number).run(...values)
  }

  #statement(number: Operation[0]): StatementSync {
    const statement = this.#statements.get(number)
    if (statement === undefined) throw new Error(`Statement ${number} was never sent`)
    return statement
  }

  #fail(generation: number, error: unknown): void {
    this.#failedGeneration = generation
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    this.#port.say({ kind: 'failed', generation, cause: error instanceof Error ? error : new Error(String(error)) })
  }

  #checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    try {
      this.#database.exec(`PRAGMA wal_checkpoint(${mode})`)
    } catch {
      // Nothing is lost, the log keeps everything: a full disk shows itself at the next commit, which has someone to tell.
    }
  }

  /** Waits for the other thread first: it has the database open too, and the folder may go away after this. */
  async #close(): Promise<void> {
    this.#cancelIdle?.()
    await this.#checkpointBesideEnds
    this.#checkpoint('TRUNCATE')
    this.#database.close()
    this.#port.say({ kind: 'closed' })
    this.#port.close()
  }
}
