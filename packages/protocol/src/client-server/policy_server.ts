// Discovery of a policy server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Returns the public key of the policy server on this domain.
 * https://spec.matrix.org/v1.19/client-server-api/#getwell-knownmatrixpolicy_server
 */
export const getWellknownPolicy = endpoint({
  method: 'GET',
  path: '/.well-known/matrix/policy_server',
  auth: 'none',
  since: '1.18',
  response: Type.Object({ public_keys: Type.Object({ ed25519: Type.String() }) }),
})
