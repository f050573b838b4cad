// Signatures as git makes them with `gpg.format = ssh`, by an Ed25519 key: `git verify-commit` checks them.
// https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig
import { createHash } from 'node:crypto'
import { publicKeyBytes, verifyEd25519 } from '@myelin/algorithms/ed25519'
import type { SigningKey } from '@myelin/algorithms/signing-key'

const magic = 'SSHSIG'
const namespace = 'git'
const hashName = 'sha512'
const keyType = 'ssh-ed25519'
const begin = '-----BEGIN SSH SIGNATURE-----'
const end = '-----END SSH SIGNATURE-----'

const text = (value: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

const keyBlob = (publicKey: Uint8Array): Buffer => Buffer.concat([text(keyType), text(publicKey)])

/** The key as it stands in `allowed_signers` and `authorized_keys`. */
export const sshPublicKey = (publicKey: Uint8Array): string => `${keyType} ${keyBlob(publicKey).toString('base64')}`

/** How OpenSSH names the key. */
export const sshFingerprint = (publicKey: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(keyBlob(publicKey)).digest('base64').replace(/=+$/, '')}`

const signedBytes = (payload: Uint8Array): Buffer => {
  const hash = createHash(hashName).update(payload).digest()
  return Buffer.concat([Buffer.from(magic), text(namespace), text(''), text(hashName), text(hash)])
}

/** The signature of a commit's bytes, armoured, without a line break at its end. */
export function sshSign(payload: Uint8Array, key: SigningKey): string {
  const signature = Buffer.from(key.sign(signedBytes(payload)), 'base64')
  const version = Buffer.from([0, 0, 0, 1])
  const names = [text(namespace), text(''), text(hashName)]
  const signed = text(Buffer.concat([text(keyType), text(signature)]))
  const blob = Buffer.concat([Buffer.from(magic), version, text(keyBlob(key.publicKey)), ...names, signed])
  return [begin, ...(blob.toString('base64').match(/.{1,70}/g) ?? []), end].join('\n')
}

/** The public key that signed the bytes, undefined when the signature is not valid. */
export function sshSigner(payload: Uint8Array, armoured: string): Uint8Array | undefined {
  const lines = armoured.trim().split('\n')
  if (lines.at(0) !== begin || lines.at(-1) !== end) return undefined
  const blob = Buffer.from(lines.slice(1, -1).join(''), 'base64')
  if (blob.toString('latin1', 0, magic.length) !== magic) return undefined
  const [key, space, , hash, signed] = texts(blob.subarray(magic.length + 4))
  const [keyKind, publicKey] = texts(key ?? Buffer.alloc(0))
  const [kind, signature] = texts(signed ?? Buffer.alloc(0))
  if (space?.toString() !== namespace || hash?.toString() !== hashName) return undefined
  if (keyKind?.toString() !== keyType || kind?.toString() !== keyType) return undefined
  if (publicKey?.length !== publicKeyBytes || signature === undefined) return undefined
  return verifyEd25519(signedBytes(payload), signature, publicKey) ? publicKey : undefined
}

/** Texts one after the other, each with its length before it. */
function texts(bytes: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 0; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32BE(at)
    found.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return found
}
