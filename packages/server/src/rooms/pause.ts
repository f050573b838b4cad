// Waiting that a signal can end.
import type { Environment } from '../environment.ts'

/** Resolves after a while. Throws the signal's reason when it is aborted. */
export function pause(environment: Environment, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const end = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = environment.timer(delayMs, () => {
      signal?.removeEventListener('abort', end)
      resolve()
    })
    signal?.addEventListener('abort', end, { once: true })
  })
}
