// Public keys of the identity server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Returns a public key by its ID.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeykeyid
 */
export const getPubKeyV2 = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2/pubkey/{keyId}',
  auth: 'none',
  response: Type.Object({ public_key: Type.String() }),
})

/**
 * Tells whether a long-term public key is valid.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeyisvalid
 */
export const isPubKeyValidV2 = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2/pubkey/isvalid',
  auth: 'none',
  query: Type.Object({ public_key: Type.String() }),
  response: Type.Object({ valid: Type.Boolean() }),
})

/**
 * Tells whether a short-term public key is valid.
 * https://spec.matrix.org/v1.19/identity-service-api/#get_matrixidentityv2pubkeyephemeralisvalid
 */
export const isEphemeralPubKeyValidV2 = endpoint({
  method: 'GET',
  path: '/_matrix/identity/v2/pubkey/ephemeral/isvalid',
  auth: 'none',
  query: Type.Object({ public_key: Type.String() }),
  response: Type.Object({ valid: Type.Boolean() }),
})
