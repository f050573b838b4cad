// Secrets given to clients: unpredictable, recognisable in a leak, and known to the server only by their hash.
import { hash } from 'node:crypto'
import { encodeBase64Url } from '@myelin/algorithms/base64'
import type { Environment } from '../environment.ts'
import { tokenRandomBytes } from '../limits.ts'

/** What a secret is for, and how its text begins, so that a scanner for leaked secrets can name it. */
export const secretPrefix = { access: 'myl_', refresh: 'myr_', login: 'myt_', openId: 'myo_' } as const
export type SecretKind = keyof typeof secretPrefix

/** A new secret of that kind: the prefix and 256 random bits in URL-safe base64. */
export function newSecret(environment: Environment, kind: SecretKind): string {
  return secretPrefix[kind] + encodeBase64Url(environment.random(tokenRandomBytes))
}

/** What is stored of a secret: its SHA-256. Enough against a stolen database, since the secret itself is random. */
export function secretHash(secret: string): string {
  return hash('sha256', secret, 'base64url')
}
