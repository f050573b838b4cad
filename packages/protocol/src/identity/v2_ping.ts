// Is there an identity server?
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Says that there is an identity server here.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2
 */
export const pingV2 = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2',
  auth: 'none',
  response: Type.Object({}),
})
