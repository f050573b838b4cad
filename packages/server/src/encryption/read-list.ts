// Device lists as other servers tell them: whatever is not about the user asked for is left out.
import type { CrossSigningKey } from '@myelin/protocol/client-server/definitions/cross_signing_key'
import type { DeviceKeys } from '@myelin/protocol/client-server/definitions/device_keys'
import {
  deviceDisplayNameCharactersMax,
  deviceKeysBytesMax,
  deviceListCharactersMax,
  devicesPerUserMax,
} from '../limits.ts'
import type { CrossSigningRow, KeyUsage } from '../store/cross-signing-keys.ts'
import type { DeviceKeysRow } from '../store/device-keys.ts'

/** A device's keys as a row, if they are of the user's device of that ID. */
export function readDevice(
  userId: string,
  deviceId: string,
  device: { readonly keys: DeviceKeys; readonly name?: string | undefined },
): DeviceKeysRow[] {
  const { keys, name } = device
  const { unsigned: _, ...signed } = keys as DeviceKeys & { unsigned?: unknown }
  const json = JSON.stringify(signed)
  if (keys.user_id !== userId || keys.device_id !== deviceId || json.length > deviceKeysBytesMax) return []
  const displayName = name?.slice(0, deviceDisplayNameCharactersMax).toWellFormed() ?? null
  return [{ deviceId, json, displayName }]
}

/** At most as many devices as a user can have here, and so much of their keys. */
export const readDevices = (
  userId: string,
  devices: Iterable<readonly [deviceId: string, device: { keys: DeviceKeys; name?: string | undefined }]>,
): DeviceKeysRow[] => {
  let left = deviceListCharactersMax
  return Array.from(devices)
    .slice(0, devicesPerUserMax)
    .flatMap(([deviceId, device]) => readDevice(userId, deviceId, device))
    .filter(({ json }) => (left -= json.length) > 0)
}

/** A cross-signing key as a row, if it is one key, of the user and for this use. */
export function readCrossSigningKey(
  userId: string,
  usage: KeyUsage,
  key: CrossSigningKey | undefined,
): CrossSigningRow[] {
  if (!key || key.user_id !== userId || !key.usage.includes(usage)) return []
  const [publicKey, ...more] = Object.values(key.keys)
  const json = JSON.stringify(key)
  if (publicKey === undefined || more.length > 0 || json.length > deviceKeysBytesMax) return []
  return [{ usage, publicKey, json }]
}
