// Webhooks: who may tell what to which rooms.
import { fragment, sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface WebhookRow extends Row {
  readonly nid: number
  /** The last part of its address. */
  readonly hookId: string
  readonly name: string
  /** What senders prove that they know: it has to be readable, for signatures are made with it. Empty: nothing is asked. */
  readonly secret: string
  /** What is told and how, JSON. */
  readonly wishes: string
  /** Milliseconds since the epoch; 0 when it is not muted. */
  readonly mutedUntil: number
  readonly createdTs: number
}

const columns = fragment(`nid, hook_id AS "hookId", name, secret, wishes, muted_until AS "mutedUntil",
  created_ts AS "createdTs"`)
const all = sql`SELECT ${columns} FROM webhooks ORDER BY nid`
const byId = sql`SELECT ${columns} FROM webhooks WHERE hook_id = ${'hookId'}`
const byNid = sql`SELECT ${columns} FROM webhooks WHERE nid = ${'nid'}`
const inRoom = sql`SELECT ${columns} FROM webhooks
  WHERE nid IN (SELECT hook_nid FROM webhook_rooms WHERE room_id = ${'roomId'}) ORDER BY nid`
const insert = sql`INSERT INTO webhooks (nid, hook_id, name, secret, wishes, muted_until, created_ts)
  VALUES (${'nid'}, ${'hookId'}, ${'name'}, ${'secret'}, ${'wishes'}, ${'mutedUntil'}, ${'createdTs'})`
const update = sql`UPDATE webhooks SET name = ${'name'}, secret = ${'secret'}, wishes = ${'wishes'},
  muted_until = ${'mutedUntil'} WHERE nid = ${'nid'}`

export const allWebhooks = (read: Reader): Promise<WebhookRow[]> => read.all<WebhookRow>(all, {})

/** The hook at an address. */
export const webhookById = (read: Reader, hookId: string): Promise<WebhookRow | undefined> =>
  read.get<WebhookRow, 'hookId'>(byId, { hookId })

export const webhookByNid = (read: Reader, nid: number): Promise<WebhookRow | undefined> =>
  read.get<WebhookRow, 'nid'>(byNid, { nid })

/** The hooks that tell a room. */
export const webhooksOfRoom = (read: Reader, roomId: string): Promise<WebhookRow[]> =>
  read.all<WebhookRow, 'roomId'>(inRoom, { roomId })

export function insertWebhook(w: Write, row: WebhookRow): void {
  w.run(insert, row)
}

export function updateWebhook(w: Write, { nid, name, secret, wishes, mutedUntil }: WebhookRow): void {
  w.run(update, { nid, name, secret, wishes, mutedUntil })
}

const removals = [
  sql`DELETE FROM webhook_rooms WHERE hook_nid = ${'nid'}`,
  sql`DELETE FROM webhook_deliveries WHERE hook_nid = ${'nid'}`,
  sql`DELETE FROM webhook_messages WHERE hook_nid = ${'nid'}`,
  sql`DELETE FROM webhook_branches WHERE hook_nid = ${'nid'}`,
  sql`DELETE FROM webhooks WHERE nid = ${'nid'}`,
]

/** Removes a hook and all that is known of it. */
export function deleteWebhook(w: Write, nid: number): void {
  for (const removal of removals) w.run(removal, { nid })
}

const rooms = sql`SELECT room_id AS "roomId" FROM webhook_rooms WHERE hook_nid = ${'hookNid'} ORDER BY room_id`
const addRoom = sql`INSERT INTO webhook_rooms (hook_nid, room_id) VALUES (${'hookNid'}, ${'roomId'})
  ON CONFLICT (hook_nid, room_id) DO NOTHING`
const dropRooms = sql`DELETE FROM webhook_rooms WHERE hook_nid = ${'hookNid'}`

/** Ids of the rooms that a hook tells. */
export const roomsOfWebhook = async (read: Reader, hookNid: number): Promise<string[]> =>
  (await read.all<{ roomId: string }, 'hookNid'>(rooms, { hookNid })).map(({ roomId }) => roomId)

/** Sets the rooms that a hook tells. */
export function setWebhookRooms(w: Write, hookNid: number, roomIds: readonly string[]): void {
  w.run(dropRooms, { hookNid })
  for (const roomId of roomIds) w.run(addRoom, { hookNid, roomId })
}

export interface WebhookAccount extends Row {
  readonly userNid: number
  /** Under which it keeps its transaction ids. */
  readonly deviceNid: number
}

const account = sql`SELECT user_nid AS "userNid", device_nid AS "deviceNid" FROM webhook_account`
const insertAccount = sql`INSERT INTO webhook_account (user_nid, device_nid) VALUES (${'userNid'}, ${'deviceNid'})`

/** The account that speaks for the hooks, once it has been made. */
export const webhookAccount = (read: Reader): Promise<WebhookAccount | undefined> =>
  read.get<WebhookAccount>(account, {})

export function setWebhookAccount(w: Write, row: WebhookAccount): void {
  w.run(insertAccount, row)
}
