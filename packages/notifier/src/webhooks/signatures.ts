// How senders prove that they know a hook's secret. All comparisons take the same time wherever they fail.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Delivery } from './vendor-hook.ts'

/** Oldest signature that is accepted where signatures carry a time, milliseconds. */
const signatureAgeMaxMs = 5 * 60 * 1000

/** Compares secrets of any length. */
export function isSame(given: string | undefined, wanted: string): boolean {
  if (given === undefined) return false
  const [one, other] = [given, wanted].map((text) => createHash('sha256').update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other)
}

/** `X: [prefix]<hex HMAC-SHA256 of the body>` in the named header. */
export function hasHexHmac({ headers, body }: Delivery, header: string, { secret, prefix = '' }: HexHmac): boolean {
  const given = headers[header]
  return isSame(given?.toLowerCase(), prefix + createHmac('sha256', secret).update(body).digest('hex'))
}

interface HexHmac {
  readonly secret: string
  readonly prefix?: string
}

/**
 * Standard Webhooks: `webhook-signature: v1,<base64 HMAC-SHA256 of "id.timestamp.body">`, several of them split by
 * spaces. A secret `whsec_…` is base64. https://www.standardwebhooks.com
 */
export function hasStandardSignature({ headers, body }: Delivery, secret: string, now: number): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (id === undefined || timestamp === undefined || signatures === undefined || !/^\d{1,12}$/.test(timestamp))
    return false
  if (Math.abs(now - Number(timestamp) * 1000) > signatureAgeMaxMs) return false
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
  return signatures.split(' ').some((each) => isSame(each, `v1,${wanted}`))
}

/** `Authorization: Bearer <secret>`. */
export function hasBearer({ headers }: Delivery, secret: string): boolean {
  const [, given] = /^bearer\s+(\S+)$/i.exec(headers['authorization'] ?? '') ?? []
  return isSame(given, secret)
}
