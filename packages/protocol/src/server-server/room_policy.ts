// Policy servers: a second opinion on events before they are sent.
import { endpoint } from '../endpoint.ts'
import { Pdu } from './definitions/pdu.ts'
import { Signatures } from './definitions/signatures.ts'

/**
 * Asks a policy server to sign an event; it refuses what it takes for spam.
 * https://spec.matrix.org/v1.19/server-server-api/#post_matrixpolicyv1sign
 */
export const askPolicyServerToSign = endpoint({
  method: 'POST',
  path: '/_matrix/policy/v1/sign',
  auth: 'X-Matrix',
  since: '1.18',
  rateLimited: true,
  body: Pdu,
  response: Signatures,
})
