// Bytes that arrive in pieces, put together.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { GatheredBytes } from './gathered-bytes.ts'

test('however they are cut, the whole is what came', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 })), (pieces) => {
      const bytes = new GatheredBytes()
      for (const piece of pieces) bytes.add(piece)
      assert.deepEqual(bytes.whole(), Buffer.concat(pieces))
      assert.deepEqual([bytes.length, bytes.pieces], [bytes.whole().length, pieces.length])
    }),
  )
})

test('a piece is not written over', () => {
  const first = Buffer.from('abcd')
  const bytes = new GatheredBytes()
  bytes.add(first.subarray(0, 2))
  bytes.add(Buffer.from('xy'))
  assert.equal(bytes.whole().toString(), 'abxy')
  assert.equal(first.toString(), 'abcd')
})

test('pieces of one byte take no more memory than a few times their bytes', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const used = () => {
    collectGarbage()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const bytes = new GatheredBytes()
  const source = Buffer.alloc(1024, 'x')
  const before = used()
  for (let at = 0; at < 1_000_000; at++) bytes.add(source.subarray(at % 1024, (at % 1024) + 1))
  assert.ok(used() - before < 8 * 1024 * 1024)
  assert.equal(bytes.whole().toString(), 'x'.repeat(1_000_000))
})
