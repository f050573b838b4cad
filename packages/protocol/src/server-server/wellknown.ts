// Where the server of a domain is to be found.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerName } from '../identifiers.ts'

/**
 * Names the host that federates for this domain.
 * https://spec.matrix.org/v1.19/server-server-api/#getwell-knownmatrixserver
 */
export const getWellKnown = endpoint({
  method: 'GET',
  path: '/.well-known/matrix/server',
  auth: 'none',
  response: Type.Object({ 'm.server': Type.Optional(ServerName) }),
})
