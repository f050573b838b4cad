// Those who have asked for a file before it was uploaded, and wait for it a little.
import type { Environment } from '../environment.ts'
import { mediaWaitDefaultMs, mediaWaitersMax, mediaWaitMaxMs } from '../limits.ts'

export interface Arrivals {
  /** Resolves when the file arrives or the time is over. Begins to listen at once. */
  expect(mediaId: string, timeoutMs: number | undefined): { readonly over: Promise<void>; readonly stop: () => void }
  arrived(mediaId: string): void
}

export function createArrivals(environment: Environment): Arrivals {
  const waiting = new Map<string, Set<() => void>>()
  let count = 0
  return {
    expect: (mediaId, timeoutMs = mediaWaitDefaultMs) => {
      const { promise: over, resolve } = Promise.withResolvers<void>()
      if (count >= mediaWaitersMax) return { over: Promise.resolve(), stop: resolve }
      const here = waiting.get(mediaId) ?? new Set()
      waiting.set(mediaId, here)
      count++
      const stop = () => {
        if (!here.delete(stop)) return
        count--
        cancel()
        if (here.size === 0) waiting.delete(mediaId)
        resolve()
      }
      const cancel = environment.timer(Math.min(Math.max(0, timeoutMs), mediaWaitMaxMs), stop)
      here.add(stop)
      return { over, stop }
    },
    arrived: (mediaId) => {
      for (const stop of [...(waiting.get(mediaId) ?? [])]) stop()
    },
  }
}
