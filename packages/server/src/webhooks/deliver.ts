// Tells what has been delivered: one hook's deliveries in their order, hooks side by side, on after a restart.
import { MatrixError } from '@myelin/protocol/errors'
import {
  webhookAttemptsMax,
  webhookBatchMax,
  webhookDeliveriesKeptMs,
  webhookMessagesKeptMs,
  webhookPruneMs,
  webhookRetryFirstMs,
} from '../limits.ts'
import {
  hooksWithDeliveries,
  pruneDeliveries,
  updateDelivery,
  waitingDeliveries,
  type DeliveryRow,
} from '../store/webhook-deliveries.ts'
import { pruneStoryMessages } from '../store/webhook-messages.ts'
import { webhookByNid } from '../store/webhooks.ts'
import type { WebhooksContext } from './context.ts'
import { gather, judge, type Gathered } from './gather.ts'
import { webhookOf, type Webhook } from './hook.ts'
import { tell } from './tell.ts'
import { currentRooms } from './upgrades.ts'

export class Deliverer implements AsyncDisposable {
  readonly #context: WebhooksContext
  /** Hooks being told about, and whether more came meanwhile. */
  readonly #running = new Map<number, { again: boolean; done: Promise<void> }>()
  readonly #timers = new Set<() => void>()
  #isStopped = false

  constructor(context: WebhooksContext) {
    this.#context = context
  }

  /** Goes on where the last run of the server ended. */
  async start(): Promise<void> {
    for (const hookNid of await hooksWithDeliveries(this.#context.store.read)) this.wake(hookNid)
    this.#after(webhookPruneMs, () => this.#prune())
  }

  /** Tells what waits for the hook. */
  wake(hookNid: number): void {
    if (this.#isStopped) return
    const running = this.#running.get(hookNid)
    if (running !== undefined) running.again = true
    else this.#run(hookNid)
  }

  /** Ends what is under way; the rest waits for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    for (const cancel of this.#timers) cancel()
    await Promise.all(Array.from(this.#running.values(), ({ done }) => done))
  }

  #run(hookNid: number): void {
    const run = { again: false, done: Promise.resolve() }
    this.#running.set(hookNid, run)
    run.done = this.#tellWaiting(hookNid)
      .catch((err: unknown) => this.#context.log.error({ err, hookNid }, 'The deliveries of a hook could not be told'))
      .finally(() => {
        this.#running.delete(hookNid)
        if (run.again) this.wake(hookNid)
      })
  }

  async #tellWaiting(hookNid: number): Promise<void> {
    const { store } = this.#context
    while (!this.#isStopped) {
      const rows = await waitingDeliveries(store.read, hookNid, webhookBatchMax)
      const row = rows.length === 0 ? undefined : await webhookByNid(store.read, hookNid)
      if (row === undefined) return
      if (!(await this.#tellBatch(webhookOf(row), rows))) return
    }
  }

  /** False when it has to be tried again later. */
  async #tellBatch(hook: Webhook, rows: readonly DeliveryRow[]): Promise<boolean> {
    try {
      const failures = await this.#tellAll(hook, gather(rows))
      await this.#conclude(rows, failures)
      return true
    } catch (err) {
      const attempts = (rows[0]?.attempts ?? 0) + 1
      this.#context.log.error({ err, hook: hook.name }, 'The deliveries of a hook could not be told')
      if (attempts < webhookAttemptsMax) this.#after(webhookRetryFirstMs * 2 ** attempts, () => this.wake(hook.nid))
      const result = `attempt ${attempts}: ${err instanceof Error ? err.message : String(err)}`
      const isOver = attempts >= webhookAttemptsMax
      await this.#write(
        rows.map((row) => ({ ...row, attempts, result, state: isOver ? 'failed' : 'waiting' }) as const),
      )
      return isOver
    }
  }

  /** What kept rooms from being told, by nid of the delivery. */
  async #tellAll(hook: Webhook, stories: readonly Gathered[]): Promise<Map<number, string>> {
    const failures = new Map<number, string>()
    if (hook.mutedUntil > this.#context.environment.now()) return failures
    const roomIds = await currentRooms(this.#context, hook.nid)
    for (const { story, from, place } of stories) {
      const judgement = await judge(this.#context, { hook, roomIds }, story)
      if (judgement.isSilent) continue
      for (const roomId of roomIds) {
        const name = `${from[0]}/${place}`
        const reason = await refusalOf(() => tell(this.#context, { hook, roomId, name, ...judgement }))
        if (reason !== undefined) for (const nid of from) failures.set(nid, `${roomId}: ${reason}`)
      }
    }
    return failures
  }

  async #conclude(rows: readonly DeliveryRow[], failures: ReadonlyMap<number, string>): Promise<void> {
    const { counts } = this.#context
    const concluded = rows.map((row): DeliveryRow => {
      const failure = failures.get(row.nid)
      if (failure === undefined) counts.told++
      else counts.failed++
      return { ...row, stories: '', state: failure === undefined ? 'told' : 'failed', result: failure ?? '' }
    })
    await this.#write(concluded)
  }

  async #write(rows: readonly DeliveryRow[]): Promise<void> {
    await this.#context.store.write((w) => {
      for (const row of rows) updateDelivery(w, row)
    })
  }

  #prune(): void {
    const { store, environment, log } = this.#context
    const now = environment.now()
    store
      .write((w) => {
        pruneDeliveries(w, now - webhookDeliveriesKeptMs)
        pruneStoryMessages(w, now - webhookMessagesKeptMs)
      })
      .catch((err: unknown) => log.error({ err }, 'Old deliveries of hooks could not be removed'))
    this.#after(webhookPruneMs, () => this.#prune())
  }

  #after(delayMs: number, work: () => void): void {
    const cancel = this.#context.environment.timer(delayMs, () => {
      this.#timers.delete(cancel)
      work()
    })
    this.#timers.add(cancel)
  }
}

/** Why a room was not told: a refusal that trying again does not change. */
async function refusalOf(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof MatrixError && error.errcode !== 'M_UNKNOWN') return error.message
    throw error
  }
}
