// An object as what differs from another: pieces to copy and bytes to insert.
// https://git-scm.com/docs/gitformat-pack#_deltified_representation
import { GitError } from './object.ts'

/** The object that `delta` makes of `base`. Throws GitError when it does not fit. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const from = lengthAt(delta, 0)
  const to = lengthAt(delta, from.next)
  if (from.length !== base.length) throw new GitError('A difference is against an object of another length')
  const pieces: Buffer[] = []
  for (let at = to.next; at < delta.length;) {
    const { piece, next } = pieceAt(base, delta, at)
    pieces.push(piece)
    at = next
  }
  const result = Buffer.concat(pieces)
  if (result.length !== to.length) throw new GitError('A difference makes an object of another length')
  return result
}

function lengthAt(delta: Buffer, start: number): { length: number; next: number } {
  let length = 0
  let next = start
  for (let scale = 1; ; scale *= 128) {
    const byte = delta[next++] ?? 0
    length += (byte & 0x7f) * scale
    if ((byte & 0x80) === 0) return { length, next }
  }
}

function pieceAt(base: Buffer, delta: Buffer, at: number): { piece: Buffer; next: number } {
  const command = delta[at] ?? 0
  let next = at + 1
  if ((command & 0x80) === 0) return { piece: delta.subarray(next, next + command), next: next + command }
  const read = (bits: readonly number[]): number => {
    let value = 0
    for (const [byte, bit] of bits.entries()) if (command & bit) value += (delta[next++] ?? 0) * 256 ** byte
    return value
  }
  const offset = read([0x01, 0x02, 0x04, 0x08])
  const length = read([0x10, 0x20, 0x40]) || 0x10000
  if (offset + length > base.length) throw new GitError('A difference copies what is not there')
  return { piece: base.subarray(offset, offset + length), next }
}
