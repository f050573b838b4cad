// Login tokens for another client of the same user.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { AuthData } from './definitions/auth_data.ts'

/**
 * Makes a token with which another client can log in once, soon.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv1loginget_token
 */
export const generateLoginToken = endpoint({
  method: 'POST',
  path: '/_matrix/client/v1/login/get_token',
  auth: 'user',
  rateLimited: true,
  interactiveAuth: true,
  since: '1.7',
  body: Type.Object({ auth: Type.Optional(AuthData) }),
  response: Type.Object({ login_token: Type.String(), expires_in_ms: Type.Integer() }),
})
