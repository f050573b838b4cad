// The history of the rooms in git: a reader of the journal that decides where commits end, and has a thread make them.
//
//   onDurable ─▶ where commits end, in the store ─▶ thread: reads, signs, packs, moves the branch ─▶ position
import { join } from 'node:path'
import type { Config } from '../config/settings.ts'
import type { SigningKeys } from '../config/signing-keys.ts'
import type { Environment } from '../environment.ts'
import type { Logger } from '../http/log.ts'
import {
  ledgerCommitsPerStep,
  ledgerEntriesPerCommitMax,
  ledgerFlushEvents,
  ledgerRetryFirstMs,
  ledgerRetryMaxMs,
  stopDrainMs,
} from '../limits.ts'
import { insertLedgerCommit, lastLedgerCommit } from '../store/ledger.ts'
import { threadUrl } from '../store/sqlite/thread-url.ts'
import { journalKind, type Journaled, type Store } from '../store/store.ts'
import type { Thread, ThreadCode } from '../threads.ts'
import { lockLedger } from './ledger-lock.ts'
import { LedgerWriter } from './ledger-writer.ts'
import type { FromLedger, LedgerThreadOptions, ToLedger } from './messages.ts'

const threadCode: ThreadCode<LedgerThreadOptions, ToLedger, FromLedger> = {
  url: threadUrl('ledger-thread', import.meta.url),
  run: (port, options) => void new LedgerWriter(port, options),
}

export interface LedgerOptions {
  readonly store: Store
  readonly environment: Environment
  readonly config: Pick<
    Config,
    | 'data'
    | 'serverName'
    | 'ledger.folder'
    | 'ledger.content'
    | 'ledger.flushMs'
    | 'ledger.checkout'
    | 'ledger.remote'
    | 'ledger.pushIntervalMs'
  >
  readonly keys: SigningKeys
  readonly log: Logger
}

export interface LedgerStatus {
  readonly folder: string
  /** The branch that never changes, undefined before the thread has started. */
  readonly branch: string | undefined
  readonly commit: string | undefined
  /** Up to where in the journal the ledger goes. */
  readonly position: number
  /** Journal entries it is behind, and for how long; 0 when it holds every event. */
  readonly lagEntries: number
  readonly lagMs: number
  readonly commits: number
  readonly events: number
  /** What does not work at the moment, worded for the operator. */
  readonly troubles: readonly string[]
}

export class Ledger implements AsyncDisposable {
  readonly #options: LedgerOptions
  readonly #unlock: () => void
  readonly #troubles = new Map<string, string>()
  readonly #counts = { commits: 0, events: 0 }
  #thread: Thread<ToLedger, FromLedger> | undefined
  readonly #threadGone = Promise.withResolvers<void>()
  #branch: string | undefined
  #commit: string | undefined
  #position = 0
  /** Where the last commit ends that the store knows of. */
  #lastEnd = 0
  /** The newest event, and what was durable when the step under way began. */
  #target = 0
  #stepTarget = 0
  /** Events that came since the step began, and when the first did; likewise of what the step itself writes. */
  #pendingEvents = 0
  #pendingSince: number | undefined
  #stepSince: number | undefined
  #isBusy = false
  #isStopped = false
  #cancelTimer: (() => void) | undefined
  #retryMs = ledgerRetryFirstMs
  #onCaughtUp: (() => void) | undefined

  /** Starts following the journal. Throws GitError and StoreError for a folder that cannot be used. */
  static async start(options: LedgerOptions): Promise<Ledger> {
    const ledger = new Ledger(options, await lastLedgerCommit(options.store.read))
    options.store.onDurable((entries) => ledger.#hear(entries))
    ledger.#startThread()
    return ledger
  }

  private constructor(options: LedgerOptions, lastEnd: number) {
    this.#options = options
    this.#lastEnd = lastEnd
    this.#target = options.store.durablePosition
    this.#unlock = lockLedger(options.config['ledger.folder'])
  }

  status(): LedgerStatus {
    const { environment, config } = this.#options
    const since = this.#stepSince ?? this.#pendingSince
    return {
      folder: config['ledger.folder'],
      branch: this.#branch,
      commit: this.#commit,
      position: this.#position,
      lagEntries: Math.max(this.#target - this.#position, 0),
      lagMs: since === undefined ? 0 : environment.monotonic() - since,
      ...this.#counts,
      troubles: Array.from(this.#troubles, ([what, text]) => `${what}: ${text}`),
    }
  }

  /** Writes what is pending, for a bounded time, and ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = this.#options.environment.timer(stopDrainMs, resolve)
    this.#onCaughtUp = resolve
    this.#goOn()
    await promise
    cancel()
    this.#isStopped = true
    this.#cancelTimer?.()
    await this.#endThread()
    this.#unlock()
  }

  async #endThread(): Promise<void> {
    const thread = this.#thread
    if (thread === undefined) return
    this.#tell({ kind: 'close' })
    const cancel = this.#options.environment.timer(stopDrainMs, () => thread.end())
    await this.#threadGone.promise
    cancel()
  }

  #startThread(): void {
    const thread = this.#options.environment.startThread(threadCode, this.#threadOptions())
    this.#thread = thread
    this.#isBusy = true
    this.#stepTarget = this.#target
    this.#stepSince ??= this.#options.environment.monotonic()
    thread.hear((message) => this.#receive(message))
    thread.onEnd((cause) => {
      if (this.#thread !== thread) return // it has said so already
      this.#thread = undefined
      if (this.#isStopped) this.#threadGone.resolve()
      else this.#fail(cause)
    })
  }

  #threadOptions(): LedgerThreadOptions {
    const { config, keys } = this.#options
    return {
      database: join(config.data, 'myelin.db'),
      folder: config['ledger.folder'],
      serverName: config.serverName,
      keyId: keys.active.keyId,
      pem: keys.active.pem,
      old: keys.old,
      contents: config['ledger.content'],
      checkout: config['ledger.checkout'] === 'on',
      remote: config['ledger.remote'],
      pushIntervalMs: config['ledger.pushIntervalMs'],
    }
  }

  /** Counts the events that became durable. */
  #hear(entries: readonly Journaled[]): void {
    const events = entries.filter(({ kind }) => kind === journalKind.event)
    const last = events.at(-1)
    if (last === undefined || this.#isStopped) return
    this.#target = last.position
    this.#pendingEvents += events.length
    this.#pendingSince ??= this.#options.environment.monotonic()
    this.#goOn()
  }

  /** Has the thread write when there is enough, or something has waited long enough. */
  #goOn(): void {
    if (this.#isBusy || this.#isStopped) return
    if (this.#position >= this.#target) return this.#onCaughtUp?.()
    const flushMs = this.#options.config['ledger.flushMs']
    const isCatchingUp = this.#stepTarget > this.#position
    const isEnough = flushMs === 0 || this.#pendingEvents >= ledgerFlushEvents
    if (isCatchingUp || isEnough || this.#onCaughtUp) void this.#step()
    else this.#cancelTimer ??= this.#options.environment.timer(flushMs, () => void this.#step())
  }

  async #step(): Promise<void> {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    if (this.#isBusy || this.#isStopped || this.#thread === undefined) return
    this.#isBusy = true
    this.#stepTarget = this.#target
    this.#stepSince ??= this.#pendingSince
    this.#pendingSince = undefined
    this.#pendingEvents = 0
    try {
      this.#tell({ kind: 'write', through: await this.#endCommits() })
    } catch (error) {
      // The store refuses for a while: the next event tries again.
      this.#isBusy = false
      this.#note('store', error)
    }
  }

  /** Decides where the next commits end, before they are made; returns the last end of this step. */
  async #endCommits(): Promise<number> {
    const through = this.#options.store.durablePosition
    const ends: number[] = []
    let end = Math.max(this.#lastEnd, this.#position)
    while (end < through && ends.length < ledgerCommitsPerStep) {
      end = Math.min(end + ledgerEntriesPerCommitMax, through)
      ends.push(end)
    }
    await this.#options.store.write((w) => {
      for (const position of ends) insertLedgerCommit(w, position)
    })
    this.#lastEnd = end
    return end
  }

  #receive(message: FromLedger): void {
    if (message.kind === 'trouble') return this.#note(message.what, message.text)
    const { position, commit } = message.kind === 'written' ? message.written : message
    this.#position = position
    this.#commit = commit
    this.#isBusy = false
    if (position >= this.#stepTarget) this.#stepSince = undefined
    if (message.kind === 'ready') this.#branch = message.branch
    else {
      this.#counts.commits += message.written.commits
      this.#counts.events += message.written.events
      this.#retryMs = ledgerRetryFirstMs
      this.#note('commits', '')
    }
    this.#goOn()
  }

  /** The thread has ended by an error. Another one begins from what is on the disk. */
  #fail(error: unknown): void {
    this.#note('commits', error)
    if (this.#onCaughtUp) return this.#onCaughtUp()
    this.#cancelTimer?.()
    this.#cancelTimer = this.#options.environment.timer(this.#retryMs, () => {
      this.#cancelTimer = undefined
      this.#startThread()
    })
    this.#retryMs = Math.min(this.#retryMs * 2, ledgerRetryMaxMs)
  }

  #note(what: string, trouble: unknown): void {
    const text = trouble instanceof Error ? trouble.message : String(trouble)
    if ((this.#troubles.get(what) ?? '') === text) return
    if (text === '') {
      this.#troubles.delete(what)
      this.#options.log.info(`The ledger works again: ${what}`)
    } else {
      this.#troubles.set(what, text)
      this.#options.log.error(`The ledger has trouble with ${what}: ${text}`)
    }
  }

  #tell(message: ToLedger): void {
    this.#thread?.say(message)
  }
}
