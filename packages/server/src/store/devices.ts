// Devices of local users: what a log-in makes and a log-out removes.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface Device extends Row {
  readonly nid: number
  readonly userNid: number
  readonly deviceId: string
  readonly displayName: string | null
  readonly lastSeenMs: number | null
  readonly lastSeenIp: string | null
  readonly lastSeenAgent: string | null
}

const selectAll = sql`
  SELECT nid, user_nid AS "userNid", device_id AS "deviceId", display_name AS "displayName",
    last_seen_ms AS "lastSeenMs", last_seen_ip AS "lastSeenIp", last_seen_agent AS "lastSeenAgent"
  FROM devices WHERE user_nid = ${'userNid'} ORDER BY nid`

/** All devices of a user, oldest first. */
export function devicesOf(read: Reader, userNid: number): Promise<Device[]> {
  return read.all<Device, 'userNid'>(selectAll, { userNid })
}

const selectOne = sql`
  SELECT nid, user_nid AS "userNid", device_id AS "deviceId", display_name AS "displayName",
    last_seen_ms AS "lastSeenMs", last_seen_ip AS "lastSeenIp", last_seen_agent AS "lastSeenAgent"
  FROM devices WHERE user_nid = ${'userNid'} AND device_id = ${'deviceId'}`

/** The device of a user with that ID. */
export function deviceOf(read: Reader, userNid: number, deviceId: string): Promise<Device | undefined> {
  return read.get<Device, 'userNid' | 'deviceId'>(selectOne, { userNid, deviceId })
}

const count = sql`SELECT count(*) AS devices FROM devices WHERE user_nid = ${'userNid'}`

/** How many devices a user has. */
export async function deviceCount(read: Reader, userNid: number): Promise<number> {
  const row = await read.get<{ devices: number }, 'userNid'>(count, { userNid })
  return row?.devices ?? 0
}

const insert = sql`
  INSERT INTO devices (nid, user_nid, device_id, display_name, created_ms, last_seen_ms, last_seen_ip, last_seen_agent)
  VALUES (${'nid'}, ${'userNid'}, ${'deviceId'}, ${'displayName'}, ${'nowMs'}, ${'nowMs'}, ${'ip'}, ${'agent'})`

export interface NewDevice {
  readonly nid: number
  readonly userNid: number
  readonly deviceId: string
  readonly displayName: string | undefined
  readonly nowMs: number
  readonly ip: string | undefined
  readonly agent: string | undefined
}

/** Adds a device, last seen now. */
export function insertDevice(w: Write, device: NewDevice): void {
  w.run(insert, {
    ...device,
    displayName: device.displayName ?? null,
    ip: device.ip ?? null,
    agent: device.agent ?? null,
  })
}

const rename = sql`UPDATE devices SET display_name = ${'displayName'} WHERE nid = ${'nid'}`

/** Changes what a device is called. */
export function renameDevice(w: Write, nid: number, displayName: string): void {
  w.run(rename, { nid, displayName })
}

const seen = sql`
  UPDATE devices SET last_seen_ms = ${'ms'}, last_seen_ip = ${'ip'}, last_seen_agent = ${'agent'}
  WHERE nid = ${'nid'}`

export interface DeviceSighting {
  readonly nid: number
  /** When, milliseconds since the epoch. */
  readonly ms: number
  readonly ip: string
  readonly agent: string | undefined
}

/** Notes when and from where a device was last used. */
export function markDeviceSeen(w: Write, sighting: DeviceSighting): void {
  w.run(seen, { ...sighting, agent: sighting.agent ?? null })
}

const remove = sql`DELETE FROM devices WHERE nid = ${'nid'}`
const removeTokens = sql`DELETE FROM access_tokens WHERE device_nid = ${'nid'}`
const removeTransactions = sql`DELETE FROM transactions WHERE device_nid = ${'nid'}`

/** Removes a device, its tokens and its transaction IDs. */
export function deleteDevice(w: Write, nid: number): void {
  w.run(removeTokens, { nid })
  w.run(removeTransactions, { nid })
  w.run(remove, { nid })
}

/** Removes the tokens of a device and keeps the device. */
export function deleteDeviceTokens(w: Write, nid: number): void {
  w.run(removeTokens, { nid })
}
