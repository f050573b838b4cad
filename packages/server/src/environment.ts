// The world outside as an input: time, chance, timers and threads come from here alone, so that a test or the simulator
// can own them.
import { randomFillSync } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { startWorker, type Thread, type ThreadCode } from './threads.ts'

export interface Environment {
  /** Wall clock, milliseconds since the epoch. */
  now(): number
  /** A clock that never goes back, in milliseconds from an arbitrary start. */
  monotonic(): number
  /** Unpredictable bytes. */
  random(byteCount: number): Uint8Array
  /** Calls `callback` after `delayMs`; the returned function cancels. Does not keep the process alive. */
  timer(delayMs: number, callback: () => void): () => void
  /** Calls `callback` when the input that has arrived is dealt with, before anything else is waited for. */
  soon(callback: () => void): void
  /** How many threads can run at once. */
  readonly processors: number
  /** Starts code that may run beside this thread. `options` and messages are plain data. */
  startThread<Options, ToThread, FromThread>(
    code: ThreadCode<Options, ToThread, FromThread>,
    options: Options,
  ): Thread<ToThread, FromThread>
}

/** The real machine. */
export const systemEnvironment: Environment = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: (byteCount) => randomFillSync(new Uint8Array(byteCount)),
  timer: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs).unref()
    return () => clearTimeout(timer)
  },
  soon: (callback) => void setImmediate(callback),
  processors: availableParallelism(),
  startThread: startWorker,
}

/** A signal that is aborted after `delayMs`, and what gives the wait up. */
export function abortAfter(environment: Environment, delayMs: number): { signal: AbortSignal; cancel: () => void } {
  const controller = new AbortController()
  const cancel = environment.timer(delayMs, () =>
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
  )
  return { signal: controller.signal, cancel }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** An unpredictable string over `alphabet` (letters unless told; at most 256 characters), every character equally likely. */
export function randomString(environment: Environment, length: number, alphabet: string = letters): string {
  const bound = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length)
    for (const byte of environment.random(length))
      if (byte < bound && text.length < length) text += alphabet[byte % alphabet.length]
  return text
}
