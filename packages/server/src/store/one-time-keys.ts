// One-time and fallback keys of local devices.
import { sql } from './sql.ts'
import type { Reader, Row, Write } from './store.ts'

export interface OneTimeKeyRow extends Row {
  readonly algorithm: string
  readonly keyId: string
  /** JSON text of the key; null once it has been claimed. */
  readonly json: string | null
}

export interface FallbackKeyRow extends Row {
  readonly algorithm: string
  readonly keyId: string
  readonly json: string
  readonly isUsed: number
}

export interface NewFallbackKey {
  readonly algorithm: string
  readonly keyId: string
  readonly json: string
}

const counts = sql`SELECT algorithm, count(*) AS keys FROM one_time_keys
  WHERE device_nid = ${'deviceNid'} AND json IS NOT NULL GROUP BY algorithm`
const named = sql`SELECT algorithm, key_id AS "keyId", json FROM one_time_keys
  WHERE device_nid = ${'deviceNid'} AND key_id IN (SELECT value FROM json_each(${'keyIds'}))`
const lastOrd = sql`SELECT coalesce(max(ord), 0) AS ord FROM one_time_keys WHERE device_nid = ${'deviceNid'}`
const oldest = sql`SELECT algorithm, key_id AS "keyId", json FROM one_time_keys
  WHERE device_nid = ${'deviceNid'} AND algorithm = ${'algorithm'} AND json IS NOT NULL ORDER BY ord LIMIT 1`
const insert = sql`INSERT INTO one_time_keys (device_nid, algorithm, key_id, ord, json)
  SELECT nid, ${'algorithm'}, ${'keyId'}, ${'ord'}, ${'json'} FROM devices WHERE nid = ${'deviceNid'}`
const claim = sql`UPDATE one_time_keys SET json = NULL
  WHERE device_nid = ${'deviceNid'} AND algorithm = ${'algorithm'} AND key_id = ${'keyId'}`
const forgetClaimed = sql`DELETE FROM one_time_keys
  WHERE device_nid = ${'deviceNid'} AND json IS NULL AND ord < ${'before'}`
const fallbacks = sql`SELECT algorithm, key_id AS "keyId", json, is_used AS "isUsed" FROM fallback_keys
  WHERE device_nid = ${'deviceNid'} ORDER BY algorithm`
const upsertFallback = sql`INSERT INTO fallback_keys (device_nid, algorithm, key_id, json, is_used)
  SELECT nid, ${'algorithm'}, ${'keyId'}, ${'json'}, 0 FROM devices WHERE nid = ${'deviceNid'}
  ON CONFLICT (device_nid, algorithm) DO UPDATE SET key_id = excluded.key_id, json = excluded.json, is_used = 0`
const useFallback = sql`UPDATE fallback_keys SET is_used = 1
  WHERE device_nid = ${'deviceNid'} AND algorithm = ${'algorithm'}`
const removeKeys = sql`DELETE FROM one_time_keys WHERE device_nid = ${'deviceNid'}`
const removeFallbacks = sql`DELETE FROM fallback_keys WHERE device_nid = ${'deviceNid'}`

/** How many keys that nobody has claimed a device has, by algorithm. */
export const oneTimeKeyCounts = async (read: Reader, deviceNid: number): Promise<Record<string, number>> => {
  const rows = await read.all<{ algorithm: string; keys: number }, 'deviceNid'>(counts, { deviceNid })
  return Object.fromEntries(rows.map(({ algorithm, keys }) => [algorithm, keys]))
}

/** Those of the named keys that the device has or had. */
export const oneTimeKeysNamed = (
  read: Reader,
  deviceNid: number,
  keyIds: readonly string[],
): Promise<OneTimeKeyRow[]> => read.all(named, { deviceNid, keyIds: JSON.stringify(keyIds) })

/** The number of the device's last upload. */
export const lastUpload = async (read: Reader, deviceNid: number): Promise<number> =>
  (await read.get<{ ord: number }, 'deviceNid'>(lastOrd, { deviceNid }))?.ord ?? 0

/** The key of the earliest upload that has not been claimed. */
export const oldestOneTimeKey = (
  read: Reader,
  deviceNid: number,
  algorithm: string,
): Promise<OneTimeKeyRow | undefined> => read.get(oldest, { deviceNid, algorithm })

/** Adds a key of the device's upload number `ord`. */
export function insertOneTimeKey(
  w: Write,
  key: OneTimeKeyRow & { readonly deviceNid: number; readonly ord: number },
): void {
  w.run(insert, key)
}

/** The key is given out: what stays of it is its name. */
export function claimOneTimeKey(w: Write, deviceNid: number, { algorithm, keyId }: OneTimeKeyRow): void {
  w.run(claim, { deviceNid, algorithm, keyId })
}

/** Forgets the names of claimed keys of uploads before `before`. */
export function forgetClaimedKeys(w: Write, deviceNid: number, before: number): void {
  w.run(forgetClaimed, { deviceNid, before })
}

/** The fallback keys of a device, one for each algorithm. */
export const fallbackKeysOf = (read: Reader, deviceNid: number): Promise<FallbackKeyRow[]> =>
  read.all(fallbacks, { deviceNid })

/** Sets the fallback key of an algorithm: a new one is unused. */
export function setFallbackKey(w: Write, deviceNid: number, { algorithm, keyId, json }: NewFallbackKey): void {
  w.run(upsertFallback, { deviceNid, algorithm, keyId, json })
}

export function markFallbackUsed(w: Write, deviceNid: number, algorithm: string): void {
  w.run(useFallback, { deviceNid, algorithm })
}

/** Forgets all of them, with the device. */
export function deleteOneTimeKeys(w: Write, deviceNid: number): void {
  w.run(removeKeys, { deviceNid })
  w.run(removeFallbacks, { deviceNid })
}
