// A device publishes its identity keys, one-time keys and fallback keys.
// https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysupload
import type { JsonObject } from '@myelin/algorithms/json'
import type { DeviceKeys } from '@myelin/protocol/client-server/definitions/device_keys'
import type { OneTimeKeys } from '@myelin/protocol/client-server/definitions/one_time_keys'
import { MatrixError } from '@myelin/protocol/errors'
import {
  claimedKeysKeptUploads,
  deviceKeysBytesMax,
  fallbackKeysPerDeviceMax,
  keyIdBytesMax,
  oneTimeKeyBytesMax,
  oneTimeKeysPerDeviceMax,
} from '../limits.ts'
import { crossSigningKeysOf } from '../store/cross-signing-keys.ts'
import { deviceKeysOf, setOwnDeviceKeys } from '../store/device-keys.ts'
import {
  fallbackKeysOf,
  forgetClaimedKeys,
  insertOneTimeKey,
  lastUpload,
  oneTimeKeyCounts,
  oneTimeKeysNamed,
  setFallbackKey,
  type NewFallbackKey,
} from '../store/one-time-keys.ts'
import { journalKind } from '../store/store.ts'
import { aloneWithDevice, aloneWithUser, type EncryptionContext, type KeyOwner } from './context.ts'
import { parseKeys, sameKeys, signaturesBy, withSignaturesBy } from './signed-keys.ts'

export interface KeysToUpload {
  readonly device_keys?: DeviceKeys | undefined
  readonly one_time_keys?: OneTimeKeys | undefined
  readonly fallback_keys?: OneTimeKeys | undefined
}

/** Publishes keys of the caller's device; returns how many one-time keys it has that nobody has claimed. */
export async function uploadKeys(
  context: EncryptionContext,
  owner: KeyOwner,
  { device_keys, one_time_keys = {}, fallback_keys = {} }: KeysToUpload,
): Promise<Record<string, number>> {
  const oneTimeKeys = Object.entries(one_time_keys).map(readKey)
  const fallbackKeys = Object.entries(fallback_keys).map(readKey)
  if (device_keys) requireOwn(owner, device_keys)
  if (new Set(fallbackKeys.map(({ algorithm }) => algorithm)).size < fallbackKeys.length)
    throw new MatrixError('M_INVALID_PARAM', 'There can be one fallback key for each algorithm')
  const uploaded = { oneTimeKeys, fallbackKeys }
  if (oneTimeKeys.length + fallbackKeys.length > 0)
    await aloneWithDevice(context, owner.deviceNid, () => addKeys(context, owner.deviceNid, uploaded))
  if (device_keys) await aloneWithUser(context, owner.userNid, () => publish(context, owner, device_keys))
  return oneTimeKeyCounts(context.rooms.store.read, owner.deviceNid)
}

/** "The names of the properties should be in the format `<algorithm>:<key_id>`." */
function readKey([name, value]: readonly [string, OneTimeKeys[string]]): NewFallbackKey {
  const colon = name.indexOf(':')
  const json = JSON.stringify(value)
  if (colon < 1 || Buffer.byteLength(name) > keyIdBytesMax)
    throw new MatrixError('M_INVALID_PARAM', 'A key is named by its algorithm, a colon and its ID')
  if (json.length > oneTimeKeyBytesMax) throw new MatrixError('M_INVALID_PARAM', 'A one-time key is too long')
  return { algorithm: name.slice(0, colon), keyId: name.slice(colon + 1), json }
}

function requireOwn({ userId, deviceId }: KeyOwner, keys: DeviceKeys): void {
  if (keys.user_id !== userId || keys.device_id !== deviceId)
    throw new MatrixError('M_INVALID_PARAM', 'These keys are of another device than the one that uploads them')
  if (JSON.stringify(keys).length > deviceKeysBytesMax)
    throw new MatrixError('M_INVALID_PARAM', 'The device keys are too long')
}

interface Uploaded {
  readonly oneTimeKeys: readonly NewFallbackKey[]
  readonly fallbackKeys: readonly NewFallbackKey[]
}

/** Keys that are there, or have been claimed, are passed over; one with a known name must be the same. */
async function addKeys(context: EncryptionContext, deviceNid: number, uploaded: Uploaded): Promise<void> {
  const { store } = context.rooms
  const added = await newKeys(context, deviceNid, uploaded.oneTimeKeys)
  const fallbacks = new Map((await fallbackKeysOf(store.read, deviceNid)).map((key) => [key.algorithm, key]))
  const replaced = uploaded.fallbackKeys.filter(({ algorithm, json }) => fallbacks.get(algorithm)?.json !== json)
  if (new Set([...fallbacks.keys(), ...replaced.map(({ algorithm }) => algorithm)]).size > fallbackKeysPerDeviceMax)
    throw new MatrixError('M_INVALID_PARAM', 'A device cannot have fallback keys of so many algorithms')
  if (added.length + replaced.length === 0) return
  const ord = (await lastUpload(store.read, deviceNid)) + 1
  await store.write((w) => {
    for (const key of added) insertOneTimeKey(w, { ...key, deviceNid, ord })
    for (const key of replaced) setFallbackKey(w, deviceNid, key)
    forgetClaimedKeys(w, deviceNid, ord - claimedKeysKeptUploads)
  })
  context.counts.changed(deviceNid)
}

async function newKeys(
  { rooms }: EncryptionContext,
  deviceNid: number,
  keys: readonly NewFallbackKey[],
): Promise<readonly NewFallbackKey[]> {
  const { read } = rooms.store
  const nameOf = ({ algorithm, keyId }: { algorithm: string; keyId: string }) => `${algorithm}:${keyId}`
  const ids = keys.map(({ keyId }) => keyId)
  const known = new Map((await oneTimeKeysNamed(read, deviceNid, ids)).map((key) => [nameOf(key), key]))
  for (const key of keys) {
    const before = known.get(nameOf(key))
    if (before && before.json !== null && before.json !== key.json)
      throw new MatrixError('M_INVALID_PARAM', `There is another one-time key ${nameOf(key)} already`)
  }
  const added = keys.filter((key) => !known.has(nameOf(key)))
  const counts = Object.values(await oneTimeKeyCounts(read, deviceNid))
  if (counts.reduce((sum, count) => sum + count, added.length) > oneTimeKeysPerDeviceMax)
    throw new MatrixError('M_INVALID_PARAM', `A device has at most ${oneTimeKeysPerDeviceMax} one-time keys`)
  return added
}

/** Signatures that others made on the same keys stay; those who share a room hear of a change. */
async function publish({ rooms }: EncryptionContext, owner: KeyOwner, keys: DeviceKeys): Promise<void> {
  const { store } = rooms
  const { userId, userNid, deviceId, deviceNid } = owner
  // "Servers therefore must ensure that device IDs will not collide with cross-signing public keys."
  const crossSigning = await crossSigningKeysOf(store.read, userNid)
  if (crossSigning.some(({ publicKey }) => publicKey === deviceId))
    throw new MatrixError('M_FORBIDDEN', 'The device is called like a cross-signing key')
  const before = await deviceKeysOf(store.read, userNid, deviceId)
  const json = JSON.stringify(merged(keys, before && parseKeys(before.json), userId))
  if (json === before?.json) return
  await store.write((w) => {
    setOwnDeviceKeys(w, deviceNid, json)
    w.journal({ kind: journalKind.deviceList, room: 0, user: userNid, ref: deviceNid })
  })
}

const merged = (keys: JsonObject, before: JsonObject | undefined, userId: string): JsonObject =>
  before && sameKeys(keys, before)
    ? withSignaturesBy(before, userId, signaturesBy(keys, userId))
    : withSignaturesBy(keys, userId, {})
