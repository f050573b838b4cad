// Keeps what is stored of other servers' files within its bound: what was not asked for the longest goes first.
import { evictedFilesPerRound } from '../limits.ts'
import { cachedBytes, leastRecentlyAccessed } from '../store/media.ts'
import type { MediaContext } from './context.ts'
import { forget } from './moderation.ts'

export interface Eviction {
  /** Counts a file that has been stored; evicts others when there are too many bytes. */
  stored(bytes: number): Promise<void>
}

export function createEviction(context: MediaContext): Eviction {
  const bytesMax = context.config['media.remoteCacheBytesMax']
  /** Undefined until it is first needed. */
  let cached: number | undefined
  let running: Promise<void> | undefined

  async function evict(): Promise<void> {
    cached = await cachedBytes(context.store.read)
    while (cached > bytesMax) {
      const rows = await leastRecentlyAccessed(context.store.read, Number.MAX_SAFE_INTEGER, evictedFilesPerRound)
      if (rows.length === 0) return
      for (const row of rows) {
        if (cached <= bytesMax) break
        await forget(context, row)
        cached -= row.bytes
      }
    }
  }

  return {
    stored: async (bytes) => {
      if (cached !== undefined) cached += bytes
      if (cached !== undefined && cached <= bytesMax) return
      running ??= evict().finally(() => (running = undefined))
      await running
    },
  }
}
