// The devices of a user, for encryption.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { CrossSigningKey } from '../client-server/definitions/cross_signing_key.ts'
import { DeviceKeys } from '../client-server/definitions/device_keys.ts'

/**
 * Returns all devices of a user, and the position of the answer in their device list updates.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1userdevicesuserid
 */
export const getUserDevices = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/user/devices/{userId}',
  auth: 'X-Matrix',
  pathParameters: { userId: UserId },
  response: Type.Object({
    user_id: UserId,
    stream_id: Type.Integer(),
    devices: Type.Array(
      Type.Object({ device_id: Type.String(), keys: DeviceKeys, device_display_name: Type.Optional(Type.String()) }),
    ),
    master_key: Type.Optional(CrossSigningKey),
    self_signing_key: Type.Optional(CrossSigningKey),
  }),
})
