// Versions of the specification a server supports.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { mapOf } from '../map-of.ts'

/**
 * Lists the versions of the specification and the unstable features the server supports.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientversions
 */
export const getVersions = endpoint({
  method: 'GET',
  path: '/_matrix/client/versions',
  auth: 'user?',
  response: Type.Object({
    versions: Type.Array(Type.String()),
    unstable_features: Type.Optional(mapOf(Type.Boolean())),
  }),
})
