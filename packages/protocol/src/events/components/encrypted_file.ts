// An encrypted attachment: where it is and what decrypts it.
// https://spec.matrix.org/v1.19/client-server-api/#sending-encrypted-attachments
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'

/** The key as a JSON Web Key. */
export const JsonWebKey = Type.Object({
  kty: Type.String(),
  key_ops: Type.Array(Type.String()),
  alg: Type.String(),
  k: Type.String(),
  ext: Type.Boolean(),
})

/** Location, key, initial counter block, hash of the ciphertext, version of the scheme. */
export const EncryptedFile = Type.Object({
  url: MxcUri,
  key: JsonWebKey,
  iv: Type.String(),
  hashes: mapOf(Type.String()),
  v: Type.String(),
})
export type EncryptedFile = Static<typeof EncryptedFile>
