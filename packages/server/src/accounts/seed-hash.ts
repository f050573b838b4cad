// Passwords as ocaml-matrix kept them: HMAC-BLAKE2b-512 keyed by a salt, which is fast to guess. They are good for one login,
// after which the password is hashed anew.
import { createHmac, timingSafeEqual } from 'node:crypto'

const prefix = '$hmac-blake2b-512$'

/** The hash in the form in which it is stored; `hash` is hexadecimal. */
export const seedHash = (salt: Uint8Array, hash: string): string =>
  `${prefix}${Buffer.from(salt).toString('base64')}$${Buffer.from(hash, 'hex').toString('base64')}`

export const isSeedHash = (stored: string): boolean => stored.startsWith(prefix)

export function matchesSeedHash(password: string, stored: string): boolean {
  const [salt = '', wanted = ''] = stored.slice(prefix.length).split('$')
  const found = createHmac('blake2b512', Buffer.from(salt, 'base64')).update(password).digest()
  const bytes = Buffer.from(wanted, 'base64')
  return bytes.length === found.length && timingSafeEqual(bytes, found)
}
