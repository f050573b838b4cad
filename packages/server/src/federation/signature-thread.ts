// The thread that verifies signatures: batches of lines in, a digit for each out.
import { isMainThread, parentPort } from 'node:worker_threads'
import { decodeBase64 } from '@myelin/algorithms/base64'
import { verifyText } from '@myelin/algorithms/signatures'
import { keysInThreadMax } from '../limits.ts'
import type { SignatureAnswer, SignatureBatch } from './signature-checks.ts'

const keys = new Map<string, Uint8Array>()

function keyOf(text: string): Uint8Array {
  const known = keys.get(text)
  if (known !== undefined) return known
  const key = decodeBase64(text) ?? new Uint8Array()
  if (keys.size >= keysInThreadMax) keys.clear()
  keys.set(text, key)
  return key
}

/** Whether the text of a line is signed: `signature key text`. */
function isSigned(line: string): boolean {
  const first = line.indexOf(' ')
  const second = line.indexOf(' ', first + 1)
  return verifyText(line.slice(second + 1), line.slice(0, first), keyOf(line.slice(first + 1, second)))
}

function answer({ id, lines }: SignatureBatch): SignatureAnswer {
  const digits = lines.split('\n').map((line) => (isSigned(line) ? '1' : '0'))
  return { id, digits: digits.join('') }
}

if (!isMainThread) parentPort?.on('message', (batch: SignatureBatch) => parentPort?.postMessage(answer(batch), []))
