// The devices of a user: list, rename, delete.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { AuthData } from './definitions/auth_data.ts'
import { ClientDevice } from './definitions/client_device.ts'

/** Lists the devices of the user. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3devices */
export const getDevices = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/devices',
  auth: 'user',
  guest: true,
  response: Type.Object({ devices: Type.Optional(Type.Array(ClientDevice)) }),
})

/**
 * Tells about one device of the user.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3devicesdeviceid
 */
export const getDevice = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/devices/{deviceId}',
  auth: 'user',
  guest: true,
  response: ClientDevice,
})

/**
 * Renames a device; an application service may create one.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3devicesdeviceid
 */
export const updateDevice = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/devices/{deviceId}',
  auth: 'user',
  guest: true,
  body: Type.Object({ display_name: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})

/**
 * Deletes a device and revokes its access token.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3devicesdeviceid
 */
export const deleteDevice = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/devices/{deviceId}',
  auth: 'user',
  interactiveAuth: true,
  body: Type.Object({ auth: Type.Optional(AuthData) }),
  response: Type.Object({}),
})

/**
 * Deletes several devices and revokes their access tokens.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3delete_devices
 */
export const deleteDevices = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/delete_devices',
  auth: 'user',
  interactiveAuth: true,
  body: Type.Object({ devices: Type.Array(Type.String()), auth: Type.Optional(AuthData) }),
  response: Type.Object({}),
})
