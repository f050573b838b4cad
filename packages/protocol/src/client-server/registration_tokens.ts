// Registration tokens.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Tells whether a registration token can still be used.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1registermloginregistration_tokenvalidity
 */
export const registrationTokenValidity = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/register/m.login.registration_token/validity',
  auth: 'none',
  rateLimited: true,
  since: '1.2',
  query: Type.Object({ token: Type.String() }),
  response: Type.Object({ valid: Type.Boolean() }),
})
