// TURN servers for calls.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Returns credentials for the TURN servers.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3voipturnserver
 */
export const getTurnServer = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/voip/turnServer',
  auth: 'user',
  rateLimited: true,
  response: Type.Object({
    username: Type.String(),
    password: Type.String(),
    uris: Type.Array(Type.String()),
    ttl: Type.Integer(),
  }),
})
