// What has been delivered to webhooks: waiting until it has been told, then remembered for a while.
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface DeliveryRow extends Row {
  /** In the order of arrival. */
  readonly nid: number
  readonly hookNid: number
  /** A delivery that comes again has the same id. */
  readonly deliveryId: string
  readonly vendor: string
  /** Milliseconds since the epoch. */
  readonly receivedTs: number
  /** What it tells, JSON; empty text once it has been told. */
  readonly stories: string
  readonly state: 'waiting' | 'told' | 'failed'
  readonly attempts: number
  /** What became of it, for people. */
  readonly result: string
}

const columns = fragment(`nid, hook_nid AS "hookNid", delivery_id AS "deliveryId", vendor, received_ts AS "receivedTs",
  stories, state, attempts, result`)
const waiting = sql`SELECT ${columns} FROM webhook_deliveries
  WHERE state = 'waiting' AND hook_nid = ${'hookNid'} ORDER BY nid LIMIT ${'limit'}`
const waitingHooks = sql`SELECT DISTINCT hook_nid AS "hookNid" FROM webhook_deliveries WHERE state = 'waiting'`
const countWaiting = sql`SELECT COUNT(*) AS count FROM webhook_deliveries
  WHERE state = 'waiting' AND hook_nid = ${'hookNid'}`
const known = sql`SELECT nid FROM webhook_deliveries
  WHERE hook_nid = ${'hookNid'} AND delivery_id = ${'deliveryId'}`
const latest = sql`SELECT ${columns} FROM webhook_deliveries
  WHERE hook_nid = ${'hookNid'} ORDER BY nid DESC LIMIT ${'limit'}`
const insert = sql`INSERT INTO webhook_deliveries
  (nid, hook_nid, delivery_id, vendor, received_ts, stories, state, attempts, result)
  VALUES (${'nid'}, ${'hookNid'}, ${'deliveryId'}, ${'vendor'}, ${'receivedTs'}, ${'stories'}, ${'state'},
    ${'attempts'}, ${'result'})`
const update = sql`UPDATE webhook_deliveries SET state = ${'state'}, stories = ${'stories'}, attempts = ${'attempts'},
  result = ${'result'} WHERE nid = ${'nid'}`
const prune = sql`DELETE FROM webhook_deliveries WHERE received_ts < ${'before'} AND state <> 'waiting'`

/** The oldest deliveries of a hook that wait to be told. */
export const waitingDeliveries = (read: Reader, hookNid: number, limit: number): Promise<DeliveryRow[]> =>
  read.all<DeliveryRow, 'hookNid' | 'limit'>(waiting, { hookNid, limit })

/** Nids of the hooks with deliveries that wait. */
export const hooksWithDeliveries = async (read: Reader): Promise<number[]> =>
  (await read.all<{ hookNid: number }>(waitingHooks, {})).map(({ hookNid }) => hookNid)

export const countWaitingDeliveries = async (read: Reader, hookNid: number): Promise<number> =>
  (await read.get<{ count: number }, 'hookNid'>(countWaiting, { hookNid }))?.count ?? 0

/** Whether a delivery is remembered. */
export const isKnownDelivery = async (read: Reader, hookNid: number, deliveryId: string): Promise<boolean> =>
  (await read.get(known, { hookNid, deliveryId })) !== undefined

/** The newest deliveries of a hook, newest first. */
export const latestDeliveries = (read: Reader, hookNid: number, limit: number): Promise<DeliveryRow[]> =>
  read.all<DeliveryRow, 'hookNid' | 'limit'>(latest, { hookNid, limit })

export function insertDelivery(w: Write, row: DeliveryRow): void {
  w.run(insert, row)
}

export function updateDelivery(w: Write, { nid, state, stories, attempts, result }: DeliveryRow): void {
  w.run(update, { nid, state, stories, attempts, result })
}

/** Forgets what came before `before`, milliseconds since the epoch, and has been dealt with. */
export function pruneDeliveries(w: Write, before: number): void {
  w.run(prune, { before })
}
