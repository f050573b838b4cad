// Accounts of the identity server, made from OpenID tokens of homeservers.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { OpenIdToken } from '../client-server/definitions/openid_token.ts'

/**
 * Exchanges a homeserver's OpenID token for an access token.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2accountregister
 */
export const registerAccount = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/account/register',
  auth: 'none',
  body: OpenIdToken,
  response: Type.Object({ token: Type.String() }),
})

/**
 * Returns the user the access token belongs to.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2account
 */
export const getAccount = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2/account',
  auth: 'is-token',
  response: Type.Object({ user_id: UserId }),
})

/** Ends the access token. https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2accountlogout */
export const logout = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/account/logout',
  auth: 'is-token',
  response: Type.Object({}),
})
