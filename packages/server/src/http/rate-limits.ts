// Token buckets: each user or address may burst, then is held to a steady rate.
import { MatrixError } from '@myelin/protocol/errors'
import type { Environment } from '../environment.ts'
import { rateLimitBucketsMax } from '../limits.ts'

export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** The rates by class of operation. Anything a definition marks as rate-limited and nobody names here is `other`. */
export const rates = {
  register: { perSecond: 2, burst: 100 },
  login: { perSecond: 5, burst: 100 },
  /** Wrong passwords for one account, from wherever they come. */
  wrongPassword: { perSecond: 0.2, burst: 20 },
  upload: { perSecond: 5, burst: 100 },
  send: { perSecond: 50, burst: 500 },
  other: { perSecond: 20, burst: 300 },
} as const satisfies Record<string, Rate>
export type RateClass = keyof typeof rates

export interface RateLimits {
  /** Takes one token; throws `M_LIMIT_EXCEEDED` with `Retry-After` (whole seconds) when there is none. */
  take(rateClass: RateClass, who: string): void
  /** Puts a token back: what it was taken for does not count. */
  giveBack(rateClass: RateClass, who: string): void
}

export const unlimited: RateLimits = { take: () => undefined, giveBack: () => undefined }

interface Bucket {
  tokens: number
  filledMs: number
}

export function createRateLimits(environment: Environment): RateLimits {
  const buckets = new Map<string, Bucket>()
  return {
    take: (rateClass, who) => {
      const { perSecond, burst } = rates[rateClass]
      const key = `${rateClass} ${who}`
      const now = environment.monotonic()
      const bucket = buckets.get(key) ?? remember(buckets, key, { tokens: burst, filledMs: now })
      bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledMs) / 1000) * perSecond)
      bucket.filledMs = now
      if (bucket.tokens < 1) throw limitExceeded(((1 - bucket.tokens) / perSecond) * 1000)
      bucket.tokens -= 1
    },
    giveBack: (rateClass, who) => {
      const bucket = buckets.get(`${rateClass} ${who}`)
      if (bucket !== undefined) bucket.tokens += 1
    },
  }
}

/** Adds a bucket; when there are too many the oldest goes, which at worst gives its owner a full bucket again. */
function remember(buckets: Map<string, Bucket>, key: string, bucket: Bucket): Bucket {
  if (buckets.size >= rateLimitBucketsMax) for (const oldest of buckets.keys()) if (buckets.delete(oldest)) break
  buckets.set(key, bucket)
  return bucket
}

const limitExceeded = (waitMs: number) =>
  new MatrixError('M_LIMIT_EXCEEDED', 'Too many requests. Wait before you try again.', {
    fields: { retry_after_ms: Math.ceil(waitMs) },
    headers: { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) },
  })
