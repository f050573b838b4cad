// Recovery keys as people keep them: base58 of two marks, the key and a parity byte, in groups of four.
// https://spec.matrix.org/v1.19/client-server-api/#key-representation
import { randomBytes } from 'node:crypto'
import { NotifierError } from '../failure.ts'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const marks = [0x8b, 0x01]
const keyBytes = 32

/** A new key, 32 random bytes. */
export const newRecoveryKey = (): Uint8Array => randomBytes(keyBytes)

/** The key as text. */
export function recoveryKeyText(key: Uint8Array): string {
  const bytes = [...marks, ...key]
  return base58([...bytes, parityOf(bytes)]).replaceAll(/(.{4})(?=.)/g, '$1 ')
}

/** The key in a text. Throws `NotifierError` of kind `config` when it is none; the text is not repeated. */
export function readRecoveryKey(text: string): Uint8Array {
  const bytes = fromBase58(text.replaceAll(/\s/g, ''))
  const isKey = bytes?.length === keyBytes + 3 && bytes[0] === marks[0] && bytes[1] === marks[1]
  if (bytes === undefined || !isKey || parityOf(bytes) !== 0)
    throw new NotifierError('config', 'The recovery key is none: it has a mistake or is cut off')
  return Uint8Array.from(bytes.slice(2, -1))
}

const parityOf = (bytes: readonly number[]): number => bytes.reduce((parity, byte) => parity ^ byte, 0)

function base58(bytes: readonly number[]): string {
  let number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  let text = ''
  for (; number > 0n; number /= 58n) text = alphabet[Number(number % 58n)] + text
  return text
}

function fromBase58(text: string): number[] | undefined {
  if (text === '' || text.length > 100) return undefined
  let number = 0n
  for (const character of text) {
    const digit = alphabet.indexOf(character)
    if (digit < 0) return undefined
    number = number * 58n + BigInt(digit)
  }
  const hex = number.toString(16)
  return [...Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')]
}
