// Who a user is, for third parties that hold a token.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'

/**
 * Returns the user an OpenID token was made for.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1openiduserinfo
 */
export const exchangeOpenIdToken = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/openid/userinfo',
  auth: 'none',
  query: Type.Object({ access_token: Type.String() }),
  response: Type.Object({ sub: UserId }),
})
