// The published keys of one user, as stored texts, and the answers put together from them.
import { objectMember, stringMember } from '@myelin/algorithms/json'
import { withSignature } from '@myelin/algorithms/signatures'
import { crossSigningKeysOf, userSignature, type KeyUsage } from '../store/cross-signing-keys.ts'
import { deviceKeysOfUser } from '../store/device-keys.ts'
import type { Reader } from '../store/store.ts'
import { parseKeys } from './signed-keys.ts'

/** Texts are JSON; `devices` by device ID. */
export interface UserKeys {
  readonly devices: ReadonlyMap<string, DeviceText>
  readonly crossSigning: ReadonlyMap<KeyUsage, string>
}

export interface DeviceText {
  readonly json: string
  readonly displayName: string | undefined
}

/** What this server knows of a user, local or cached. */
export async function storedKeys(read: Reader, userNid: number): Promise<UserKeys> {
  const devices = await deviceKeysOfUser(read, userNid)
  const crossSigning = await crossSigningKeysOf(read, userNid)
  return {
    devices: new Map(
      devices.map(({ deviceId, json, displayName }) => [deviceId, { json, displayName: displayName ?? undefined }]),
    ),
    crossSigning: new Map(crossSigning.map(({ usage, json }) => [usage, json])),
  }
}

/** The keys with the viewer's own signature on the master key, which nobody else sees. */
export async function asSeenBy(
  read: Reader,
  keys: UserKeys,
  { viewerNid, viewerId, userNid }: { viewerNid: number; viewerId: string; userNid: number },
): Promise<UserKeys> {
  const master = keys.crossSigning.get('master')
  if (viewerNid === userNid || master === undefined) return keys
  const signed = await userSignature(read, viewerNid, userNid)
  const object = parseKeys(master)
  if (!signed || stringMember(objectMember(object, 'keys') ?? {}, `ed25519:${signed.publicKey}`) === undefined)
    return keys
  const text = JSON.stringify(withSignature(object, { entity: viewerId, keyId: signed.keyId }, signed.signature))
  return { ...keys, crossSigning: new Map(keys.crossSigning).set('master', text) }
}

/** What of a user's keys is asked for. */
export interface Chosen {
  readonly keys: UserKeys
  /** None means all. */
  readonly deviceIds: readonly string[]
}

const answerFields: readonly (readonly [KeyUsage, string])[] = [
  ['master', 'master_keys'],
  ['self_signing', 'self_signing_keys'],
  ['user_signing', 'user_signing_keys'],
]

/** `"device_keys":{…},"master_keys":{…},…`: the user-signing key of `ownerId` alone. */
export function keysFields(chosen: ReadonlyMap<string, Chosen>, ownerId: string | undefined): string {
  const devices = Array.from(chosen, ([userId, { keys, deviceIds }]) => {
    const shown = Array.from(keys.devices).filter(
      ([deviceId]) => deviceIds.length === 0 || deviceIds.includes(deviceId),
    )
    return `${JSON.stringify(userId)}:{${shown.map(([id, device]) => `${JSON.stringify(id)}:${deviceText(device)}`).join(',')}}`
  })
  const crossSigning = answerFields.flatMap(([usage, field]) => {
    if (usage === 'user_signing' && ownerId === undefined) return []
    const texts = Array.from(chosen).flatMap(([userId, { keys }]) => {
      const text = usage === 'user_signing' && userId !== ownerId ? undefined : keys.crossSigning.get(usage)
      return text === undefined ? [] : [`${JSON.stringify(userId)}:${text}`]
    })
    return [`"${field}":{${texts.join(',')}}`]
  })
  return [`"device_keys":{${devices.join(',')}}`, ...crossSigning].join(',')
}

/** The keys with the device's name, which is not signed. */
const deviceText = ({ json, displayName }: DeviceText): string =>
  displayName === undefined
    ? json
    : `${json.slice(0, -1)},"unsigned":{"device_display_name":${JSON.stringify(displayName)}}}`
