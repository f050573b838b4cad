// Secrets in an account's data, locked with a recovery key: how they are locked and opened.
// https://spec.matrix.org/v1.19/client-server-api/#msecret_storagev1aes-hmac-sha2
import { createCipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { isContent } from '../message-content.ts'

export interface LockedSecret {
  /** Base64, as all of it. */
  readonly iv: string
  readonly ciphertext: string
  readonly mac: string
}

/** Locks a secret under its name. */
export function lock(key: Uint8Array, name: string, secret: string): LockedSecret {
  const iv = randomBytes(16)
  // "Clear the 63rd bit, to work around differences in AES-CTR implementations."
  iv[8] = (iv[8] ?? 0) & 0x7f
  return lockWith(key, { name, secret, iv })
}

function lockWith(key: Uint8Array, { name, secret, iv }: { name: string; secret: string; iv: Buffer }): LockedSecret {
  const { aes, mac } = keysFor(key, name)
  const cipher = createCipheriv('aes-256-ctr', aes, iv)
  const ciphertext = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return {
    iv: iv.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    mac: createHmac('sha256', mac).update(ciphertext).digest('base64'),
  }
}

/** Opens a secret; undefined when it was locked with another key, or is none. */
export function unlock(key: Uint8Array, name: string, locked: unknown): string | undefined {
  if (!isLocked(locked)) return undefined
  const { aes, mac } = keysFor(key, name)
  const ciphertext = Buffer.from(locked.ciphertext, 'base64')
  if (!isSame(locked.mac, createHmac('sha256', mac).update(ciphertext).digest())) return undefined
  const iv = Buffer.from(locked.iv, 'base64')
  if (iv.length !== 16) return undefined
  const decipher = createCipheriv('aes-256-ctr', aes, iv) // in this mode both ways are one
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8')
}

/** What tells later whether a key is the right one: zeros locked under no name. */
export function keyCheck(key: Uint8Array): Pick<LockedSecret, 'iv' | 'mac'> {
  const { iv, mac } = lock(key, '', '\0'.repeat(32))
  return { iv, mac }
}

/** Whether a key is the one that a description was made with; also where the description tells nothing. */
export function isKey(key: Uint8Array, description: unknown): boolean {
  if (!isContent(description) || typeof description['iv'] !== 'string' || typeof description['mac'] !== 'string')
    return true
  const iv = Buffer.from(description['iv'], 'base64')
  if (iv.length !== 16) return false
  const { mac } = lockWith(key, { name: '', secret: '\0'.repeat(32), iv })
  return isSame(description['mac'], Buffer.from(mac, 'base64'))
}

function keysFor(key: Uint8Array, name: string) {
  const derived = Buffer.from(hkdfSync('sha256', key, new Uint8Array(32), name, 64))
  return { aes: derived.subarray(0, 32), mac: derived.subarray(32) }
}

function isSame(text: string, wanted: Buffer): boolean {
  const given = Buffer.from(text, 'base64')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const isLocked = (value: unknown): value is LockedSecret =>
  isContent(value) && ['iv', 'ciphertext', 'mac'].every((name) => typeof value[name] === 'string')
