// The rings of changed rooms: what they know, what they admit not to know.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { dirtyEntriesPerUserMax } from '../limits.ts'
import { Dirty, kindBit } from './dirty.ts'

const mark = (dirty: Dirty, position: number, room: number, kind = 1) =>
  dirty.mark(7, { position, room, kinds: kindBit(kind) })

test('the first question of a user cannot be answered, later ones can', () => {
  const dirty = new Dirty()
  assert.equal(dirty.changesSince(7, 3, 10), 'unknown')
  mark(dirty, 11, 1)
  mark(dirty, 12, 2)
  assert.deepEqual(dirty.changesSince(7, 11, 12), new Map([[2, kindBit(1)]]))
  assert.deepEqual(dirty.changesSince(7, 12, 12), new Map())
  assert.equal(dirty.changesSince(7, 9, 12), 'unknown')
})

test('a client that is up to date needs no database on its first question', () => {
  assert.deepEqual(new Dirty().changesSince(7, 10, 10), new Map())
})

test('kinds of one room add up', () => {
  const dirty = new Dirty()
  dirty.changesSince(7, 0, 0)
  mark(dirty, 1, 5, 1)
  mark(dirty, 2, 6, 1)
  mark(dirty, 3, 5, 2)
  assert.deepEqual(
    dirty.changesSince(7, 0, 3),
    new Map([
      [5, kindBit(1) | kindBit(2)],
      [6, kindBit(1)],
    ]),
  )
})

test('users without a ring cost nothing and are not known', () => {
  const dirty = new Dirty()
  mark(dirty, 1, 5)
  assert.equal(dirty.changesSince(7, 0, 1), 'unknown')
})

test('when the ring overflows, positions before what it still holds are unknown', () => {
  const dirty = new Dirty()
  dirty.changesSince(7, 0, 0)
  const last = dirtyEntriesPerUserMax + 100
  for (let position = 1; position <= last; position++) mark(dirty, position, position)
  assert.equal(dirty.changesSince(7, 99, last), 'unknown')
  const changes = dirty.changesSince(7, 100, last)
  assert.notEqual(changes, 'unknown')
  assert.equal(changes instanceof Map && changes.size, dirtyEntriesPerUserMax)
})

test('whatever the ring answers names every room that changed and no room that did not', () => {
  const history = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 3000 })
  fc.assert(
    fc.property(history, fc.nat(3000), (rooms, since) => {
      const dirty = new Dirty()
      dirty.changesSince(7, 0, 0)
      rooms.forEach((room, i) => mark(dirty, i + 1, room))
      const changes = dirty.changesSince(7, since, rooms.length)
      if (changes !== 'unknown') assert.deepEqual(new Set(changes.keys()), new Set(rooms.slice(since)))
      else assert.ok(since < rooms.length - dirtyEntriesPerUserMax)
    }),
    { numRuns: 50 },
  )
})
