// Ed25519 by the native library when it is there, else by Node. Libraries disagree about malleable signatures and
// degenerate keys, so both stand behind the same checks: what one accepts, the other accepts.
// https://www.rfc-editor.org/rfc/rfc8032
import { type KeyObject, createPrivateKey, createPublicKey, sign as nodeSign, verify as nodeVerify } from 'node:crypto'
import { createRequire } from 'node:module'

/** Bytes of an Ed25519 seed. */
export const seedBytes = 32
/** Bytes of an Ed25519 public key. */
export const publicKeyBytes = 32
/** Bytes of an Ed25519 signature. */
export const signatureBytes = 64

/** What either library does; all lengths have been checked. */
export interface Ed25519Backend {
  readonly name: string
  /** Prepares a 32-byte seed for signing. */
  signer(seed: Uint8Array): { readonly publicKey: Uint8Array; sign(message: Uint8Array): Uint8Array }
  verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean
}

interface Sodium {
  crypto_sign_seed_keypair(publicKey: Uint8Array, secretKey: Uint8Array, seed: Uint8Array): void
  crypto_sign_detached(signature: Uint8Array, message: Uint8Array, secretKey: Uint8Array): void
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

const loadSodium = (): Sodium | undefined => {
  try {
    return createRequire(import.meta.url)('sodium-native') as Sodium
  } catch (error) {
    if (error instanceof Error) return undefined // an optional dependency without a build for this platform
    throw error
  }
}

const sodiumBackend = (sodium: Sodium): Ed25519Backend => ({
  name: 'sodium',
  signer: (seed) => {
    const publicKey = Buffer.alloc(publicKeyBytes)
    const secretKey = Buffer.alloc(64)
    sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
    const sign = (message: Uint8Array): Uint8Array => {
      const signature = Buffer.alloc(signatureBytes)
      sodium.crypto_sign_detached(signature, message, secretKey)
      return signature
    }
    return { publicKey, sign }
  },
  verify: (message, signature, publicKey) => sodium.crypto_sign_verify_detached(signature, message, publicKey),
})

const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

const publicKeyObject = (publicKey: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' })

// Making a key object takes longer than verifying with it.
const keyObjects = new Map<string, KeyObject>()
const keyObjectsMax = 2_000

const rememberedKeyObject = (publicKey: Uint8Array): KeyObject => {
  const name = Buffer.from(publicKey).toString('latin1')
  const known = keyObjects.get(name)
  if (known !== undefined) return known
  const made = publicKeyObject(publicKey)
  if (keyObjects.size >= keyObjectsMax) keyObjects.clear()
  keyObjects.set(name, made)
  return made
}

/** Node's own Ed25519. */
export const nodeBackend: Ed25519Backend = {
  name: 'node',
  signer: (seed) => {
    const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
    return { publicKey: spki.subarray(spkiPrefix.length), sign: (message) => nodeSign(null, message, key) }
  },
  verify: (message, signature, publicKey) => nodeVerify(null, message, rememberedKeyObject(publicKey), signature),
}

const sodium = loadSodium()

/** The backends this machine has, fastest first. */
export const backends: readonly Ed25519Backend[] =
  sodium === undefined ? [nodeBackend] : [sodiumBackend(sodium), nodeBackend]

/** The backend in use. */
export const backend: Ed25519Backend = backends[0] ?? nodeBackend

// The order of the group, 2^252 + 27742317777372353535851937790883648493, in little-endian bytes.
const groupOrder = Buffer.from('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'hex')

// The y coordinates of the points whose order divides 8: 0, 1, -1 and the two of order 8, in little-endian bytes.
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map((hex) => Buffer.from(hex, 'hex'))

/** Whether the scalar S is below the group order: "0 <= S < L". */
const isReduced = (signature: Uint8Array): boolean => {
  for (let at = 31; at >= 0; at--) {
    const difference = (signature[32 + at] ?? 0) - (groupOrder[at] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** Whether the y coordinate is written below 2^255 - 19. */
const isCanonical = (point: Uint8Array): boolean => {
  if (((point[31] ?? 0) & 0x7f) !== 0x7f || (point[0] ?? 0) < 0xed) return true
  for (let at = 1; at < 31; at++) if (point[at] !== 0xff) return true
  return false
}

const equalsButSign = (point: Uint8Array, other: Uint8Array): boolean => {
  for (let at = 0; at < 31; at++) if (point[at] !== other[at]) return false
  return ((point[31] ?? 0) & 0x7f) === ((other[31] ?? 0) & 0x7f)
}

/** Whether the encoded point is canonical and generates more than a handful of points. */
export const isSoundPoint = (point: Uint8Array): boolean =>
  isCanonical(point) && !smallOrder.some((small) => equalsButSign(point, small))

/**
 * Whether `signature` is the signature of `message` by the key: canonical encodings only, S reduced, neither the key nor
 * R of small order. Anything of the wrong length is not a signature.
 */
export const verifyEd25519 = (
  message: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
  using: Ed25519Backend = backend,
): boolean => {
  if (signature.length !== signatureBytes || publicKey.length !== publicKeyBytes) return false
  if (!isReduced(signature) || !isSoundPoint(signature.subarray(0, 32)) || !isSoundPoint(publicKey)) return false
  return using.verify(message, signature, publicKey)
}
