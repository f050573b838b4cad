// What other servers answer about keys, as the specification has it but for the single keys: each is looked at by itself, so
// that one that a user made badly, which many servers pass on, takes no other with it.
import { isObject, type JsonObject, member, stringMember } from '@myelin/algorithms/json'
import { CrossSigningKey } from '@myelin/protocol/client-server/definitions/cross_signing_key'
import { DeviceKeys } from '@myelin/protocol/client-server/definitions/device_keys'
import { OneTimeKeys } from '@myelin/protocol/client-server/definitions/one_time_keys'
import { endpoint } from '@myelin/protocol/endpoint'
import { JsonObject as JsonObjectSchema } from '@myelin/protocol/json-object'
import { matches } from '@myelin/protocol/schema'
import { getUserDevices } from '@myelin/protocol/server-server/user_devices'
import { claimUserEncryptionKeys, queryUserEncryptionKeys } from '@myelin/protocol/server-server/user_keys'
import { Type } from 'typebox'
import type { FetchedList } from './cached-lists.ts'
import { readCrossSigningKey, readDevices } from './read-list.ts'

const unread = Type.Optional(Type.Unknown())

export const askForKeys = endpoint({
  ...queryUserEncryptionKeys,
  response: Type.Object({ device_keys: JsonObjectSchema, master_keys: unread, self_signing_keys: unread }),
})

export const askForOneTimeKeys = endpoint({
  ...claimUserEncryptionKeys,
  response: Type.Object({ one_time_keys: JsonObjectSchema }),
})

export const askForDevices = endpoint({
  ...getUserDevices,
  response: Type.Object({
    stream_id: Type.Integer(),
    devices: Type.Array(Type.Unknown()),
    master_key: unread,
    self_signing_key: unread,
  }),
})

/** What an answer to `askForKeys` says of a user. */
export function listOfUser(answer: JsonObject, userId: string): FetchedList {
  const ofUser = (field: string): unknown => within(member(answer, field), userId)
  const devices = Object.entries(asObject(ofUser('device_keys'))).flatMap(([deviceId, keys]) => {
    const { unsigned, ...signed } = asObject(keys)
    return deviceOf(deviceId, signed, within(unsigned, 'device_display_name'))
  })
  return {
    devices: readDevices(userId, devices),
    crossSigning: crossSigningOf(userId, ofUser('master_keys'), ofUser('self_signing_keys')),
    streamId: null,
  }
}

/** What an answer to `askForDevices` says of the user. */
export function listOfDevices(
  answer: { readonly stream_id: number; readonly devices: readonly unknown[] } & JsonObject,
  userId: string,
): FetchedList {
  const devices = answer.devices.map(asObject).flatMap((device) => {
    const { keys, device_display_name: name } = device
    return deviceOf(stringMember(device, 'device_id'), keys, name)
  })
  return {
    devices: readDevices(userId, devices),
    crossSigning: crossSigningOf(userId, answer['master_key'], answer['self_signing_key']),
    streamId: answer.stream_id,
  }
}

/** The keys of a device in an answer to `askForOneTimeKeys`. */
export function oneTimeKeysOf(answer: JsonObject, userId: string, deviceId: string): OneTimeKeys | undefined {
  const keys = within(within(answer, userId), deviceId)
  return matches(OneTimeKeys, keys) ? keys : undefined
}

const asObject = (value: unknown): JsonObject => (isObject(value) ? value : {})
const within = (value: unknown, key: string): unknown => member(asObject(value), key)

function deviceOf(deviceId: string | undefined, keys: unknown, name: unknown) {
  if (deviceId === undefined || !matches(DeviceKeys, keys)) return []
  return [[deviceId, { keys, name: typeof name === 'string' ? name : undefined }] as const]
}

const crossSigningOf = (userId: string, master: unknown, selfSigning: unknown) => [
  ...(matches(CrossSigningKey, master) ? readCrossSigningKey(userId, 'master', master) : []),
  ...(matches(CrossSigningKey, selfSigning) ? readCrossSigningKey(userId, 'self_signing', selfSigning) : []),
]
