// Refreshing access tokens.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Trades a refresh token for a new access token.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3refresh
 */
export const refresh = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/refresh',
  auth: 'none',
  rateLimited: true,
  since: '1.3',
  body: Type.Object({ refresh_token: Type.String() }),
  response: Type.Object({
    access_token: Type.String(),
    refresh_token: Type.Optional(Type.String()),
    expires_in_ms: Type.Optional(Type.Integer()),
  }),
})
