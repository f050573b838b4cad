// Of the few sizes there are, the next that is no smaller than what was asked for.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { thumbnailSize } from './thumbnail-size.ts'

const sizeOf = (width: number, height: number, method: 'crop' | 'scale') => {
  const size = thumbnailSize({ width, height, method })
  return [size.width, size.height]
}

describe('the size of a thumbnail', () => {
  test('is one of those of the specification where they fit', () => {
    assert.deepEqual(sizeOf(32, 32, 'crop'), [32, 32])
    assert.deepEqual(sizeOf(96, 96, 'crop'), [96, 96])
    assert.deepEqual(sizeOf(320, 240, 'scale'), [320, 240])
    assert.deepEqual(sizeOf(640, 480, 'scale'), [640, 480])
    assert.deepEqual(sizeOf(800, 600, 'scale'), [800, 600])
    assert.deepEqual(sizeOf(1, 241, 'scale'), [640, 480])
  })

  test('is no smaller than asked for, up to the largest, and one of a few', () => {
    const sizes = new Set<string>()
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1600 }), fc.integer({ min: 1, max: 1200 }), (width, height) => {
        const [w = 0, h = 0] = sizeOf(width, height, 'scale')
        assert.ok(w >= width && h >= height)
        sizes.add(`${w} ${h}`)
        const [cw = 0, ch = 0] = sizeOf(width, height, 'crop')
        assert.ok(cw >= width && ch >= height)
        assert.ok(Math.abs(cw / ch - width / height) <= (cw / ch) * (1 / Math.min(cw, ch)))
      }),
    )
    assert.ok(sizes.size <= 4)
  })

  test('is something', () => {
    for (const [width, height] of [
      [0, 10],
      [10, -1],
    ] as const)
      assert.throws(() => thumbnailSize({ width, height }), { errcode: 'M_UNKNOWN', status: 400 })
  })
})
