// Identity keys of devices: of local users, and of users of other servers as far as their lists are cached.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface DeviceKeysRow extends Row {
  readonly deviceId: string
  /** As uploaded, with the signatures everybody may see. */
  readonly json: string
  readonly displayName: string | null
}

const ofUser = sql`SELECT k.device_id AS "deviceId", k.json, coalesce(k.display_name, d.display_name) AS "displayName"
  FROM device_keys k LEFT JOIN devices d ON d.user_nid = k.user_nid AND d.device_id = k.device_id
  WHERE k.user_nid = ${'userNid'}`
const one = sql`SELECT k.device_id AS "deviceId", k.json, coalesce(k.display_name, d.display_name) AS "displayName"
  FROM device_keys k LEFT JOIN devices d ON d.user_nid = k.user_nid AND d.device_id = k.device_id
  WHERE k.user_nid = ${'userNid'} AND k.device_id = ${'deviceId'}`
const sizes = sql`SELECT count(*) AS "count", coalesce(sum(length(json)), 0) AS "characters"
  FROM device_keys WHERE user_nid = ${'userNid'} AND device_id <> ${'deviceId'}`
const upsert = sql`INSERT INTO device_keys (user_nid, device_id, json, display_name)
  VALUES (${'userNid'}, ${'deviceId'}, ${'json'}, ${'displayName'})
  ON CONFLICT (user_nid, device_id) DO UPDATE SET json = excluded.json, display_name = excluded.display_name`
const upsertOwn = sql`INSERT INTO device_keys (user_nid, device_id, json)
  SELECT user_nid, device_id, ${'json'} FROM devices WHERE nid = ${'deviceNid'}
  ON CONFLICT (user_nid, device_id) DO UPDATE SET json = excluded.json`
const remove = sql`DELETE FROM device_keys WHERE user_nid = ${'userNid'} AND device_id = ${'deviceId'}`
const removeAll = sql`DELETE FROM device_keys WHERE user_nid = ${'userNid'}`

/** The keys of all devices of a user that have any. */
export const deviceKeysOfUser = (read: Reader, userNid: number): Promise<DeviceKeysRow[]> =>
  read.all(ofUser, { userNid })

export interface DeviceKeysSizes extends Row {
  readonly count: number
  /** Of the keys, in all. */
  readonly characters: number
}

/** How many devices of a user have keys, and how long they are, one device left out. */
export const deviceKeysSizes = (
  read: Reader,
  userNid: number,
  deviceId: string,
): Promise<DeviceKeysSizes | undefined> => read.get(sizes, { userNid, deviceId })

/** The keys of one device, if it has any. */
export const deviceKeysOf = (read: Reader, userNid: number, deviceId: string): Promise<DeviceKeysRow | undefined> =>
  read.get(one, { userNid, deviceId })

/** Sets the keys of a device of this server, unless it has been deleted. */
export function setOwnDeviceKeys(w: Write, deviceNid: number, json: string): void {
  w.run(upsertOwn, { deviceNid, json })
}

/** Sets the keys of a device of another server. */
export function setDeviceKeys(w: Write, userNid: number, { deviceId, json, displayName }: DeviceKeysRow): void {
  w.run(upsert, { userNid, deviceId, json, displayName })
}

/** Forgets the keys of a device. */
export function deleteDeviceKeys(w: Write, userNid: number, deviceId: string): void {
  w.run(remove, { userNid, deviceId })
}

/** Forgets the keys of all devices of a user. */
export function deleteAllDeviceKeys(w: Write, userNid: number): void {
  w.run(removeAll, { userNid })
}
