// The owner of an access token.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'

/**
 * Tells to which user and device the access token belongs.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3accountwhoami
 */
export const getTokenOwner = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/account/whoami',
  auth: 'user',
  rateLimited: true,
  guest: true,
  response: Type.Object({
    user_id: UserId,
    device_id: Type.Optional(Type.String()),
    is_guest: Type.Optional(Type.Boolean()),
  }),
})
