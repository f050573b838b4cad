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
  /** Another file has been stored since the last count, which may or may not have seen it. */
  let isCountOld = false

  async function evict(): Promise<void> {
    try {
      for (;;) {
        isCountOld = false
        cached = await cachedBytes(context.store.read)
        const isMore = cached > bytesMax ? await forgetOldest(cached - bytesMax) : isCountOld
        if (!isMore) return
      }
    } finally {
      running = undefined
    }
  }

  /** False when there is nothing to forget. */
  async function forgetOldest(bytes: number): Promise<boolean> {
    let left = bytes
    const rows = await leastRecentlyAccessed(context.store.read, Number.MAX_SAFE_INTEGER, evictedFilesPerRound)
    for (const row of rows) {
      if (left <= 0) break
      await forget(context, row)
      left -= row.bytes
    }
    return rows.length > 0
  }

  return {
    stored: async (bytes) => {
      isCountOld = true
      if (running === undefined && cached !== undefined) {
        cached += bytes
        if (cached <= bytesMax) return
      }
      running ??= evict()
      await running
    },
  }
}
