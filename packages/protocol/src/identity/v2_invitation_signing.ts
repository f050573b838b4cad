// Accepting an invite that was sent to an address.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { Signatures } from '../server-server/definitions/signatures.ts'

/**
 * Signs the details of an invite with the private key that came with it.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2sign-ed25519
 */
export const blindlySignStuffV2 = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/sign-ed25519',
  auth: 'is-token',
  body: Type.Object({ mxid: UserId, token: Type.String(), private_key: Type.String() }),
  response: Type.Object({ mxid: UserId, sender: UserId, signatures: Signatures, token: Type.String() }),
})
