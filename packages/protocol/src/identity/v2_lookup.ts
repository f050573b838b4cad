// Which users own these addresses.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { mapOf } from '../map-of.ts'

/**
 * Returns the pepper and the algorithms for hashing addresses.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2hash_details
 */
export const getHashDetails = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2/hash_details',
  auth: 'is-token',
  response: Type.Object({ lookup_pepper: Type.String(), algorithms: Type.Array(Type.String()) }),
})

/**
 * Returns the users of hashed addresses.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2lookup
 */
export const lookupUsersV2 = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/lookup',
  auth: 'is-token',
  body: Type.Object({ algorithm: Type.String(), pepper: Type.String(), addresses: Type.Array(Type.String()) }),
  response: Type.Object({ mappings: mapOf(UserId) }),
})
