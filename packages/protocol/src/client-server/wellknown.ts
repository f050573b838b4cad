// Discovery of the homeserver of a domain.
import { endpoint } from '../endpoint.ts'
import { WellKnown } from './definitions/wellknown.ts'

/**
 * Returns where the homeserver and identity server of the domain are.
 * https://spec.matrix.org/v1.19/client-server-api/#getwell-knownmatrixclient
 */
export const getWellknown = endpoint({
  method: 'GET',
  path: '/.well-known/matrix/client',
  auth: 'none',
  response: WellKnown,
})
