// Joins of rooms of other servers that are under way: how far each has come, for operators to see and to end.
import { MatrixError } from '@myelin/protocol/errors'
import type { ImportProgress } from './import-events.ts'

/** `members`: the room is in use, and its members are still to come. */
export type JoinPhase = 'asking' | 'receiving' | 'judging' | 'entering' | 'members'

export interface JoinJob {
  readonly roomId: string
  /** For whom; undefined where the members of a room are fetched. */
  readonly userId: string | undefined
  /** Milliseconds since the epoch. */
  readonly startedTs: number
  readonly progress: ImportProgress
  /** Aborted when the job is to end. */
  readonly signal: AbortSignal
  phase: JoinPhase
  /** The server that is asked. */
  server: string
  /** Why the last server could not help. */
  lastError: string
}

interface Running {
  readonly job: JoinJob
  readonly controller: AbortController
  readonly ended: Promise<void>
}

export class JoinJobs {
  readonly #running = new Set<Running>()
  #isStopping = false

  get isStopping(): boolean {
    return this.#isStopping
  }

  /** Runs work as a job that is listed until it ends. */
  async run<T>(
    about: Pick<JoinJob, 'roomId' | 'userId' | 'startedTs' | 'phase'>,
    work: (job: JoinJob) => Promise<T>,
  ): Promise<T> {
    const controller = new AbortController()
    const job = {
      ...about,
      progress: { received: 0, checked: 0, stored: 0 },
      signal: controller.signal,
      server: '',
      lastError: '',
    }
    if (this.#isStopping) throw stopping()
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    const running = { job, controller, ended }
    this.#running.add(running)
    try {
      return await work(job)
    } finally {
      this.#running.delete(running)
      end()
    }
  }

  list(): readonly JoinJob[] {
    return Array.from(this.#running, ({ job }) => job)
  }

  /** Ends the jobs of a room; how many there were. */
  cancel(roomId: string): number {
    const found = [...this.#running].filter(({ job }) => job.roomId === roomId)
    for (const { controller } of found)
      controller.abort(new MatrixError('M_FORBIDDEN', 'An administrator has ended this join'))
    return found.length
  }

  /** Ends every job, to be taken up again at the next start; resolves when all have ended. */
  async stop(): Promise<void> {
    this.#isStopping = true
    const running = [...this.#running]
    for (const { controller } of running) controller.abort(stopping())
    await Promise.all(running.map(({ ended }) => ended))
  }
}

const stopping = () =>
  new MatrixError('M_UNKNOWN', 'The server is stopping; the join goes on when it is back', { status: 503 })
