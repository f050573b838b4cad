// The arithmetic of places in timelines.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLivePlace, placeAfter, placeBefore, placesInGap } from './places.ts'

const positions = [1, 2, 1000, 2 ** 33, 2 ** 40]

test('there is a place between every event and the one before it', () => {
  for (const ord of positions) {
    assert.ok(placeBefore(ord) < ord && placeBefore(ord) > ord - 1)
    assert.ok(placeAfter(ord) > ord)
    assert.equal(isLivePlace(placeBefore(ord)), false)
  }
})

test('the places of a gap are in order, right before what is there, and go no further than the event before', () => {
  for (const ord of positions) {
    const newer = placesInGap(ord, ord, 3)
    const older = placesInGap(ord, newer[0] ?? 0, 100)
    const all = [ord - 1, ...older, ...newer, ord]
    assert.deepEqual(
      all,
      [...new Set(all)].toSorted((a, b) => a - b),
    )
    assert.equal(newer.at(-1), placeBefore(ord))
    assert.equal(older.at(-1), placeBefore(newer[0] ?? 0))
  }
  assert.equal(placesInGap(2 ** 50, 2 ** 50, 100).length, 3)
  assert.deepEqual(placesInGap(7, 7 - 1 + 2 ** -19, 5), [])
})
