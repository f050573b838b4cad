// What the identity server speaks.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Returns the versions of the specification the server supports.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityversions
 */
export const getVersions = endpoint({
  method: 'GET',
  path: '/_matrix/identity/versions',
  auth: 'none',
  since: '1.1',
  response: Type.Object({ versions: Type.Array(Type.String()) }),
})
