// Device lists as others follow them: when each last changed, and how far the servers are with one another.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface DeviceListRow extends Row {
  /** Of a local user the last update sent; of another server's user the last received, null if none was. */
  readonly streamId: number | null
  /** 0 when a cached list of another server's user may be outdated. */
  readonly isCurrent: number
}

const one = sql`SELECT stream_id AS "streamId", is_current AS "isCurrent" FROM device_lists WHERE user_nid = ${'userNid'}`
const upsert = sql`INSERT INTO device_lists (user_nid, stream_id, is_current)
  VALUES (${'userNid'}, ${'streamId'}, ${'isCurrent'})
  ON CONFLICT (user_nid) DO UPDATE SET stream_id = excluded.stream_id, is_current = excluded.is_current`
const outdate = sql`UPDATE device_lists SET is_current = 0 WHERE user_nid = ${'userNid'}`
const outdateRoom = sql`UPDATE device_lists SET is_current = 0
  WHERE user_nid IN (SELECT user_nid FROM members WHERE room_nid = ${'roomNid'})
    AND user_nid NOT IN (SELECT user_nid FROM accounts)`
const setChange = sql`INSERT INTO device_list_changes (user_nid, position) VALUES (${'userNid'}, ${'position'})
  ON CONFLICT (user_nid) DO UPDATE SET position = excluded.position`
const changesAfter = sql`SELECT user_nid AS "userNid", position FROM device_list_changes
  WHERE position > ${'since'} AND position <= ${'to'} ORDER BY position LIMIT ${'limit'}`
const noteRemoved = sql`INSERT INTO removed_devices (device_nid, device_id)
  SELECT d.nid, d.device_id FROM devices d JOIN device_keys k ON k.user_nid = d.user_nid AND k.device_id = d.device_id
  WHERE d.user_nid = ${'userNid'} AND d.nid = ${'deviceNid'}`
const removed = sql`SELECT device_id AS "deviceId" FROM removed_devices WHERE device_nid = ${'deviceNid'}`
const forgetRemoved = sql`DELETE FROM removed_devices WHERE device_nid = ${'deviceNid'}`
const removeKeys = sql`DELETE FROM device_keys WHERE user_nid = ${'userNid'}
  AND device_id = (SELECT device_id FROM devices WHERE nid = ${'deviceNid'})`
const deviceId = sql`SELECT device_id AS "deviceId" FROM devices WHERE nid = ${'deviceNid'}`
const shared = sql`SELECT u.nid AS "userNid" FROM users u
  WHERE u.nid IN (SELECT value FROM json_each(${'others'})) AND EXISTS (
    SELECT 1 FROM members theirs JOIN members mine ON mine.room_nid = theirs.room_nid AND mine.user_nid = ${'user'}
    WHERE theirs.user_nid = u.nid AND theirs.membership = 'join' AND mine.membership = 'join')`
const movedMembers = sql`SELECT user_nid AS "userNid", membership, event_nid AS "eventNid", position FROM members
  WHERE room_nid = ${'roomNid'} AND position > ${'since'} AND position <= ${'to'}`
/** How it stands with the list of a user; undefined when it was never sent or cached. */
export const deviceListOf = (read: Reader, userNid: number): Promise<DeviceListRow | undefined> =>
  read.get(one, { userNid })

export function setDeviceList(w: Write, userNid: number, { streamId, isCurrent }: DeviceListRow): void {
  w.run(upsert, { userNid, streamId, isCurrent })
}

/** What is cached of the user's devices may be outdated. */
export function outdateDeviceList(w: Write, userNid: number): void {
  w.run(outdate, { userNid })
}

/** What is cached of the devices of a room's members of other servers may be outdated. */
export function outdateDeviceListsIn(w: Write, roomNid: number): void {
  w.run(outdateRoom, { roomNid })
}

/** Those who share a room with the user see the change at `position`. */
export function setDeviceListChange(w: Write, userNid: number, position: number): void {
  w.run(setChange, { userNid, position })
}

export interface DeviceListChange extends Row {
  readonly userNid: number
  readonly position: number
}

/** Users whose lists last changed after `since` up to `to`, oldest change first. */
export const deviceListChanges = (
  read: Reader,
  range: { readonly since: number; readonly to: number; readonly limit: number },
): Promise<DeviceListChange[]> => read.all(changesAfter, range)

/** Removes the keys of a device that is about to be deleted; its name is kept until everybody has been told. */
export function removeDevice(w: Write, userNid: number, deviceNid: number): void {
  w.run(noteRemoved, { userNid, deviceNid })
  w.run(removeKeys, { userNid, deviceNid })
}

/** The ID of a device with keys: one that is there, or one that is gone and not everybody knows yet. */
export async function changedDevice(
  read: Reader,
  deviceNid: number,
): Promise<{ readonly deviceId: string; readonly isRemoved: boolean } | undefined> {
  const there = await read.get<{ deviceId: string }, 'deviceNid'>(deviceId, { deviceNid })
  if (there) return { deviceId: there.deviceId, isRemoved: false }
  const gone = await read.get<{ deviceId: string }, 'deviceNid'>(removed, { deviceNid })
  return gone && { deviceId: gone.deviceId, isRemoved: true }
}

/** Everybody has been told that the device is gone. */
export function forgetRemovedDevice(w: Write, deviceNid: number): void {
  w.run(forgetRemoved, { deviceNid })
}

/** Those of `others` who are joined to a room together with the user. */
export const sharingRoom = async (read: Reader, user: number, others: readonly number[]): Promise<number[]> => {
  const values = { user, others: JSON.stringify(others) }
  return (await read.all<{ userNid: number }, 'user' | 'others'>(shared, values)).map((row) => row.userNid)
}

export interface MovedMember extends Row {
  readonly userNid: number
  readonly membership: string
  readonly eventNid: number
  readonly position: number
}

/** Members of a room whose membership event changed after `since` up to `to`. */
export const membersMovedSince = (
  read: Reader,
  range: { readonly roomNid: number; readonly since: number; readonly to: number },
): Promise<MovedMember[]> => read.all(movedMembers, range)
