// Has thumbnails made: a few processes, started when there is something to do, ended when there has been nothing for a
// while, and killed when a job takes too long.
import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../environment.ts'
import {
  thumbnailProcessIdleMs,
  thumbnailProcessJobsMax,
  thumbnailsAtOnceMax,
  thumbnailsWaitingMax,
  thumbnailTimeoutMs,
} from '../limits.ts'
import { threadUrl } from '../store/sqlite/thread-url.ts'
import { busy } from './refusals.ts'
import type { ThumbnailJob, ThumbnailOutcome } from './thumbnail-job.ts'

export interface ThumbnailerOptions {
  readonly environment: Environment
  readonly timeoutMs?: number
  readonly idleMs?: number
}

interface Waiting {
  readonly job: ThumbnailJob
  readonly settle: (outcome: ThumbnailOutcome) => void
}

export class Thumbnailer implements AsyncDisposable {
  readonly #options: ThumbnailerOptions
  readonly #processes = new Set<ThumbnailProcess>()
  readonly #waiting: Waiting[] = []

  constructor(options: ThumbnailerOptions) {
    this.#options = options
  }

  /** How many processes there are at the moment. */
  get processes(): number {
    return this.#processes.size
  }

  /** Throws `M_LIMIT_EXCEEDED` when too many wait already. */
  make(job: ThumbnailJob): Promise<ThumbnailOutcome> {
    if (this.#waiting.length >= thumbnailsWaitingMax) return Promise.reject(busy('thumbnails are being made'))
    const { promise, resolve } = Promise.withResolvers<ThumbnailOutcome>()
    this.#waiting.push({ job, settle: resolve })
    this.#assign()
    return promise
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const free = [...this.#processes].find((each) => each.isFree) ?? this.#started()
      if (free === undefined) return
      const next = this.#waiting.shift()
      if (next !== undefined)
        void free
          .run(next.job)
          .then(next.settle)
          .then(() => this.#assign())
    }
  }

  #started(): ThumbnailProcess | undefined {
    if (this.#processes.size >= thumbnailsAtOnceMax) return undefined
    const started = new ThumbnailProcess(this.#options, () => {
      this.#processes.delete(started)
      this.#assign()
    })
    this.#processes.add(started)
    return started
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { settle } of this.#waiting.splice(0)) settle({ kind: 'refused' })
    await Promise.all([...this.#processes].map((each) => each.end()))
  }
}

/** One process with one job at a time. */
class ThumbnailProcess {
  readonly #options: ThumbnailerOptions
  readonly #child: ChildProcess
  readonly #gone = Promise.withResolvers<void>()
  #settle: ((outcome: ThumbnailOutcome) => void) | undefined
  #jobs = 0
  #cancelTimer: () => void = () => undefined
  #isEnding = false

  constructor(options: ThumbnailerOptions, onGone: () => void) {
    this.#options = options
    this.#child = fork(fileURLToPath(threadUrl('thumbnail-process', import.meta.url)), {
      execArgv: [],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (outcome: ThumbnailOutcome) => this.#finish(outcome))
    this.#child.on('error', () => this.#child.kill('SIGKILL'))
    this.#child.once('close', () => {
      this.#isEnding = true
      this.#finish({ kind: 'refused' })
      this.#cancelTimer()
      this.#gone.resolve()
      onGone()
    })
  }

  get isFree(): boolean {
    return this.#settle === undefined && !this.#isEnding
  }

  /** A job that the process does not outlive is refused. */
  run(job: ThumbnailJob): Promise<ThumbnailOutcome> {
    const { promise, resolve } = Promise.withResolvers<ThumbnailOutcome>()
    this.#settle = resolve
    this.#jobs++
    this.#after(this.#options.timeoutMs ?? thumbnailTimeoutMs)
    this.#child.send(job, (error) => error && this.#child.kill('SIGKILL'))
    return promise
  }

  async end(): Promise<void> {
    this.#kill()
    await this.#gone.promise
  }

  #finish(outcome: ThumbnailOutcome): void {
    this.#settle?.(outcome)
    this.#settle = undefined
    if (this.#jobs >= thumbnailProcessJobsMax) this.#kill()
    else if (!this.#isEnding) this.#after(this.#options.idleMs ?? thumbnailProcessIdleMs)
  }

  #after(delayMs: number): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#options.environment.timer(delayMs, () => this.#kill())
  }

  #kill(): void {
    this.#isEnding = true
    this.#child.kill('SIGKILL')
  }
}
