// The key of this server as a policy server: https://spec.matrix.org/v1.19/client-server-api/#getwell-knownmatrixpolicy_server
import { encodeBase64 } from '@myelin/algorithms/base64'
import type * as policyServer from '@myelin/protocol/client-server/policy_server'
import { MatrixError } from '@myelin/protocol/errors'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof policyServer> = {
  getWellknownPolicy: async ({ rooms }) => {
    const own = rooms.context.ownPolicyServer
    if (!own) throw new MatrixError('M_NOT_FOUND', 'This is no policy server')
    return { public_keys: { ed25519: encodeBase64(own.publicKey) } }
  },
}
