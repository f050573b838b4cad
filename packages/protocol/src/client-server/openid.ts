// Tokens that prove a user's identity to third parties.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { OpenIdToken } from './definitions/openid_token.ts'

/**
 * Makes an OpenID token that proves who the caller is.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3useruseridopenidrequest_token
 */
export const requestOpenIdToken = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/user/{userId}/openid/request_token',
  auth: 'user',
  rateLimited: true,
  pathParameters: { userId: UserId },
  body: Type.Object({}),
  response: OpenIdToken,
})
