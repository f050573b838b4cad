// What runs on a server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Returns the name and version of the server software.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1version
 */
export const getVersion = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/version',
  auth: 'none',
  response: Type.Object({
    server: Type.Optional(Type.Object({ name: Type.Optional(Type.String()), version: Type.Optional(Type.String()) })),
  }),
})
