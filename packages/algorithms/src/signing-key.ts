// Keys that sign: a key id such as `ed25519:a_1` and an Ed25519 key, imported from a seed or a PEM file.
// https://spec.matrix.org/v1.19/appendices/#signing-details
import { createPrivateKey } from 'node:crypto'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { type Ed25519Backend, backend, seedBytes } from './ed25519.ts'

/** A key that signs. */
export interface SigningKey {
  /** Algorithm and key version, `ed25519:…`. */
  readonly keyId: string
  readonly publicKey: Uint8Array
  /** Unpadded base64 of the signature of a message; text is signed as UTF-8. */
  sign(message: Uint8Array | string): string
}

const keyIdGrammar = /^ed25519:[a-zA-Z0-9_]+$/

/** A signing key of a 32-byte seed. Throws RangeError for another length or a malformed key id. */
export const signingKeyFromSeed = (keyId: string, seed: Uint8Array, using: Ed25519Backend = backend): SigningKey => {
  if (!keyIdGrammar.test(keyId)) throw new RangeError(`${keyId} is not a signing key id such as ed25519:a_1`)
  if (seed.length !== seedBytes) throw new RangeError(`a seed has ${seedBytes} bytes, not ${seed.length}`)
  const { publicKey, sign } = using.signer(seed)
  return {
    keyId,
    publicKey,
    sign: (message) => encodeBase64(sign(typeof message === 'string' ? Buffer.from(message) : message)),
  }
}

/** A signing key of a PKCS#8 PEM file. Throws when it is not an unencrypted Ed25519 private key. */
export const signingKeyFromPem = (keyId: string, pem: string): SigningKey => {
  const { crv, d } = createPrivateKey(pem).export({ format: 'jwk' })
  if (crv !== 'Ed25519' || d === undefined) throw new RangeError('the key is not an Ed25519 private key')
  return signingKeyFromSeed(keyId, Buffer.from(d, 'base64url'))
}

/**
 * A signing key of a `signing.key` file as other homeservers write it: a line of `ed25519`, the key's version and the
 * seed in base64. Throws RangeError when it is something else.
 */
export const signingKeyFromLine = (line: string): SigningKey => {
  const [algorithm, version, encoded = ''] = line.trim().split(/\s+/)
  const seed = decodeBase64(encoded)
  if (algorithm !== 'ed25519' || seed === undefined) throw new RangeError('not a line of ed25519, version and seed')
  return signingKeyFromSeed(`ed25519:${version ?? ''}`, seed)
}
