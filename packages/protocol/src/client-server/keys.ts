// Device keys, one-time keys and fallback keys for end-to-end encryption.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { JsonObject } from '../json-object.ts'
import { mapOf } from '../map-of.ts'
import { CrossSigningKey } from './definitions/cross_signing_key.ts'
import { DeviceKeys } from './definitions/device_keys.ts'
import { OneTimeKeys } from './definitions/one_time_keys.ts'

/**
 * Publishes the device keys, one-time keys and fallback keys of this device.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysupload
 */
export const uploadKeys = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/keys/upload',
  auth: 'user',
  guest: true,
  body: Type.Object({
    device_keys: Type.Optional(DeviceKeys),
    one_time_keys: Type.Optional(OneTimeKeys),
    fallback_keys: Type.Optional(OneTimeKeys),
  }),
  response: Type.Object({ one_time_key_counts: mapOf(Type.Integer()) }),
})

/**
 * Returns the device keys and cross-signing keys of users.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysquery
 */
export const queryKeys = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/keys/query',
  auth: 'user',
  guest: true,
  body: Type.Object({
    timeout: Type.Optional(Type.Integer()),
    device_keys: mapOf(Type.Array(Type.String())),
  }),
  response: Type.Object({
    failures: Type.Optional(mapOf(JsonObject)),
    device_keys: Type.Optional(
      mapOf(
        mapOf(
          Type.Object({
            ...DeviceKeys.properties,
            unsigned: Type.Optional(Type.Object({ device_display_name: Type.Optional(Type.String()) })),
          }),
        ),
      ),
    ),
    master_keys: Type.Optional(mapOf(CrossSigningKey)),
    self_signing_keys: Type.Optional(mapOf(CrossSigningKey)),
    user_signing_keys: Type.Optional(mapOf(CrossSigningKey)),
  }),
})

/**
 * Claims one-time keys of devices to open encrypted sessions.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3keysclaim
 */
export const claimKeys = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/keys/claim',
  auth: 'user',
  guest: true,
  body: Type.Object({
    timeout: Type.Optional(Type.Integer()),
    one_time_keys: mapOf(mapOf(Type.String())),
  }),
  response: Type.Object({
    failures: Type.Optional(mapOf(JsonObject)),
    one_time_keys: mapOf(mapOf(OneTimeKeys)),
  }),
})

/**
 * Lists the users whose device lists changed between two sync tokens.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3keyschanges
 */
export const getKeysChanges = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/keys/changes',
  auth: 'user',
  query: Type.Object({ from: Type.String(), to: Type.String() }),
  response: Type.Object({
    changed: Type.Optional(Type.Array(Type.String())),
    left: Type.Optional(Type.Array(Type.String())),
  }),
})
