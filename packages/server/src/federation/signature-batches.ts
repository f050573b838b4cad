// What a thread does that verifies signatures: batches of lines in, a digit for each out.
import { decodeBase64 } from '@myelin/algorithms/base64'
import { verifyText } from '@myelin/algorithms/signatures'
import { keysInThreadMax } from '../federation-limits.ts'
import type { ThreadPort } from '../threads.ts'

/** Signatures to verify: a line `signature key text` each. */
export interface SignatureBatch {
  readonly id: number
  readonly lines: string
}

/** For each line a digit, 1 for a valid signature. */
export interface SignatureAnswer {
  readonly id: number
  readonly digits: string
}

/** Answers every batch; nothing in place of a batch ends it. */
export function verifyBatches(port: ThreadPort<SignatureBatch | undefined, SignatureAnswer>): void {
  const keys = new Map<string, Uint8Array>()
  const keyOf = (text: string): Uint8Array => {
    const known = keys.get(text)
    if (known !== undefined) return known
    const key = decodeBase64(text) ?? new Uint8Array()
    if (keys.size >= keysInThreadMax) keys.clear()
    keys.set(text, key)
    return key
  }
  const digitOf = (line: string): string => {
    const first = line.indexOf(' ')
    const second = line.indexOf(' ', first + 1)
    const key = keyOf(line.slice(first + 1, second))
    return verifyText(line.slice(second + 1), line.slice(0, first), key) ? '1' : '0'
  }
  port.hear((batch) => {
    if (batch === undefined) return port.close()
    port.say({ id: batch.id, digits: batch.lines.split('\n').map(digitOf).join('') })
  })
}
