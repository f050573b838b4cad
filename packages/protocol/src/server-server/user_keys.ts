// Keys of users on another server, for encryption.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { CrossSigningKey } from '../client-server/definitions/cross_signing_key.ts'
import { DeviceKeys } from '../client-server/definitions/device_keys.ts'
import { OneTimeKeys } from '../client-server/definitions/one_time_keys.ts'
import { mapOf } from '../map-of.ts'

/**
 * Claims one-time keys: an algorithm for each user and device asked for, a key for each granted.
 * https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1userkeysclaim
 */
export const claimUserEncryptionKeys = endpoint({
  method: 'POST',
  path: '/_matrix/federation/v1/user/keys/claim',
  auth: 'X-Matrix',
  body: Type.Object({ one_time_keys: mapOf(mapOf(Type.String())) }),
  response: Type.Object({ one_time_keys: mapOf(mapOf(OneTimeKeys)) }),
})

const DeviceKeysWithName = Type.Object({
  ...DeviceKeys.properties,
  unsigned: Type.Optional(Type.Object({ device_display_name: Type.Optional(Type.String()) })),
})

/**
 * Returns device and cross-signing keys of users; an empty list of devices means all of them.
 * https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1userkeysquery
 */
export const queryUserEncryptionKeys = endpoint({
  method: 'POST',
  path: '/_matrix/federation/v1/user/keys/query',
  auth: 'X-Matrix',
  body: Type.Object({ device_keys: mapOf(Type.Array(Type.String())) }),
  response: Type.Object({
    device_keys: mapOf(mapOf(DeviceKeysWithName)),
    master_keys: Type.Optional(mapOf(CrossSigningKey)),
    self_signing_keys: Type.Optional(mapOf(CrossSigningKey)),
  }),
})
