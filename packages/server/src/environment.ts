// The world outside as an input: time, chance and timers come from here alone, so that a test or the simulator can own them.
import { randomFillSync } from 'node:crypto'

export interface Environment {
  /** Wall clock, milliseconds since the epoch. */
  now(): number
  /** A clock that never goes back, in milliseconds from an arbitrary start. */
  monotonic(): number
  /** Unpredictable bytes. */
  random(byteCount: number): Uint8Array
  /** Calls `callback` after `delayMs`; the returned function cancels. Does not keep the process alive. */
  timer(delayMs: number, callback: () => void): () => void
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
