// Logging out.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Revokes the access token of the caller and deletes its device.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3logout
 */
export const logout = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/logout',
  auth: 'user',
  response: Type.Object({}),
})

/**
 * Revokes all access tokens of the user and deletes all devices.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3logoutall
 */
export const logout_all = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/logout/all',
  auth: 'user',
  response: Type.Object({}),
})
