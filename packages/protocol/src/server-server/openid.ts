// Who a user is, for third parties that hold a token.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'

/**
 * Returns the user an OpenID token was made for. Who sends no token is answered as one whose token is unknown, with 401.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1openiduserinfo
 */
export const exchangeOpenIdToken = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/openid/userinfo',
  auth: 'none',
  query: Type.Object({ access_token: Type.Optional(Type.String()) }),
  response: Type.Object({ sub: UserId }),
})
