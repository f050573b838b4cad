// Messages to devices: the inboxes of local devices, and which messages of other servers have come already.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface DeviceMessage extends Row {
  /** Of the journal entry. */
  readonly position: number
  /** The event as clients see it. */
  readonly json: string
}

const insert = sql`INSERT INTO to_device (device_nid, position, json)
  SELECT nid, ${'position'}, ${'json'} FROM devices WHERE nid = ${'deviceNid'}`
const pending = sql`SELECT position, json FROM to_device
  WHERE device_nid = ${'deviceNid'} AND position > ${'after'} AND position <= ${'to'} ORDER BY position LIMIT ${'limit'}`
const oldest = sql`SELECT min(position) AS position FROM to_device WHERE device_nid = ${'deviceNid'}`
const removeThrough = sql`DELETE FROM to_device WHERE device_nid = ${'deviceNid'} AND position <= ${'position'}`
const removeOldest = sql`DELETE FROM to_device WHERE device_nid = ${'deviceNid'} AND position <= (
  SELECT position FROM to_device WHERE device_nid = ${'deviceNid'} ORDER BY position DESC LIMIT 1 OFFSET ${'kept'})`
const removeAll = sql`DELETE FROM to_device WHERE device_nid = ${'deviceNid'}`
const received = sql`SELECT 1 AS found FROM received_messages
  WHERE server_name = ${'serverName'} AND message_id = ${'messageId'}`
const remember = sql`INSERT INTO received_messages (server_name, message_id, ts)
  VALUES (${'serverName'}, ${'messageId'}, ${'ts'})`
const forget = sql`DELETE FROM received_messages WHERE ts < ${'before'}`

/** Puts a message into the inbox of a device that is still there, at most one for each journal position. */
export function addDeviceMessage(w: Write, deviceNid: number, { position, json }: DeviceMessage): void {
  w.run(insert, { deviceNid, position, json })
}

/** The oldest messages of a device after one position up to another. */
export const deviceMessages = (
  read: Reader,
  range: { readonly deviceNid: number; readonly after: number; readonly to: number; readonly limit: number },
): Promise<DeviceMessage[]> => read.all(pending, range)

/** The position of the oldest message of a device, undefined when there is none. */
export const oldestDeviceMessage = async (read: Reader, deviceNid: number): Promise<number | undefined> =>
  (await read.get<{ position: number | null }, 'deviceNid'>(oldest, { deviceNid }))?.position ?? undefined

/** The device has everything up to a position. */
export function deleteDeviceMessages(w: Write, deviceNid: number, position: number): void {
  w.run(removeThrough, { deviceNid, position })
}

/** Keeps the newest `kept` messages of a device. */
export function trimDeviceMessages(w: Write, deviceNid: number, kept: number): void {
  w.run(removeOldest, { deviceNid, kept })
}

/** Forgets the inbox of a device that is deleted. */
export function deleteInbox(w: Write, deviceNid: number): void {
  w.run(removeAll, { deviceNid })
}

/** Whether a message of another server has come already. */
export const isReceivedMessage = async (read: Reader, serverName: string, messageId: string): Promise<boolean> =>
  (await read.get(received, { serverName, messageId })) !== undefined

/** Remembers that a message has come. `ts` in milliseconds since the epoch. */
export function rememberMessage(
  w: Write,
  message: { readonly serverName: string; readonly messageId: string; readonly ts: number },
): void {
  w.run(remember, message)
}

/** Forgets the messages that came before `before`, milliseconds since the epoch. */
export function forgetMessages(w: Write, before: number): void {
  w.run(forget, { before })
}
