// In which turns of the event loop connections begin.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionsBegunPerTurnMax as atOnce } from '../federation-limits.ts'
import { ConnectionTurns } from './connection-turns.ts'

/** Turns of an event loop that come when they are called for. */
function manualLoop() {
  let due: (() => void)[] = []
  return {
    soon: (callback: () => void) => void due.push(callback),
    turn: () => {
      const now = due
      due = []
      for (const callback of now) callback()
      return now.length
    },
  }
}

test('of many connections a few begin in each turn, in their order', () => {
  const loop = manualLoop()
  const turns = new ConnectionTurns(loop)
  const begun: number[] = []
  for (let index = 0; index < 2 * atOnce + 1; index++) turns.begin(() => void begun.push(index))
  assert.equal(begun.length, atOnce)
  loop.turn()
  assert.equal(begun.length, 2 * atOnce)
  turns.begin(() => void begun.push(2 * atOnce + 1))
  assert.equal(begun.length, 2 * atOnce)
  loop.turn()
  assert.deepEqual(
    begun,
    Array.from({ length: 2 * atOnce + 2 }, (_, index) => index),
  )
})

test('a connection that nothing stands before begins at once, and nothing is left to do after it', () => {
  const loop = manualLoop()
  const turns = new ConnectionTurns(loop)
  for (let round = 0; round < 3; round++) {
    let isBegun = false
    turns.begin(() => void (isBegun = true))
    assert.ok(isBegun)
    assert.equal(loop.turn(), 1)
    assert.equal(loop.turn(), 0)
  }
})
