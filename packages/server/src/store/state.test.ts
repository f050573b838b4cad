// States on a real store: deltas, checkpoints, and long ways back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { insertCheckpoint, insertDelta, loadState, loadVector } from './state.ts'
import { openTestStore } from './testing/open-store.ts'

test('snapshot 0 is the empty state', async () => {
  await using store = await openTestStore()
  assert.deepEqual(await loadVector(store.read, 0), new Int32Array())
})

test('a state that was never stored is an error, not an empty state', async () => {
  await using store = await openTestStore()
  await assert.rejects(loadVector(store.read, 7), /State 7 is not stored/)
})

test('forks share what came before them', async () => {
  await using store = await openTestStore()
  await store.write((w) => {
    insertDelta(w, { snapshot: 1, roomNid: 1, parent: 0, slot: 0, eventNid: 10 })
    insertDelta(w, { snapshot: 2, roomNid: 1, parent: 1, slot: 1, eventNid: 11 })
    insertDelta(w, { snapshot: 3, roomNid: 1, parent: 1, slot: 2, eventNid: 12 })
    insertDelta(w, { snapshot: 4, roomNid: 1, parent: 3, slot: 0, eventNid: 0 })
  })
  assert.deepEqual([...(await loadVector(store.read, 2))], [10, 11])
  assert.deepEqual([...(await loadVector(store.read, 3))], [10, 0, 12])
  assert.deepEqual([...(await loadVector(store.read, 4))], [0, 0, 12])
})

test('ten thousand changes without a checkpoint load in the right order', async () => {
  await using store = await openTestStore()
  const slotCount = 1_000
  const expected = new Int32Array(slotCount)
  await store.write((w) => {
    for (let change = 1; change <= 10_000; change++) {
      const slot = (change * 7_919) % slotCount
      expected[slot] = change
      insertDelta(w, { snapshot: change, roomNid: 1, parent: change - 1, slot, eventNid: change })
    }
  })
  assert.deepEqual(await loadVector(store.read, 10_000), expected)
  assert.equal((await loadState(store.read, 10_000)).changes.length, 10_000)
})

test('loading stops at the nearest checkpoint and tells the way from there', async () => {
  await using store = await openTestStore()
  await store.write((w) => {
    insertDelta(w, { snapshot: 1, roomNid: 1, parent: 0, slot: 0, eventNid: 10 })
    insertDelta(w, { snapshot: 2, roomNid: 1, parent: 1, slot: 1, eventNid: 2_000_000_000 })
    insertCheckpoint(w, { snapshot: 2, roomNid: 1, vector: Int32Array.of(10, 2_000_000_000) })
    insertDelta(w, { snapshot: 3, roomNid: 1, parent: 2, slot: 2, eventNid: 12 })
  })
  const { checkpoint, vector, changes } = await loadState(store.read, 3)
  assert.deepEqual([checkpoint, [...vector]], [2, [10, 2_000_000_000]])
  assert.deepEqual(changes, [{ snapshot: 3, parent: 2, slot: 2, eventNid: 12 }])
  assert.deepEqual((await loadState(store.read, 2)).changes, [])
})

test('any history of changes and checkpoints loads as it was made', async () => {
  await using store = await openTestStore()
  let snapshot = 0
  const step = fc.record({ back: fc.nat(5), slot: fc.nat(20), nid: fc.nat(1_000), checkpoint: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const made: [snapshot: number, vector: number[]][] = [[0, []]]
      await store.write((w) => {
        for (const { back, slot, nid, checkpoint } of steps) {
          const [parent, before] = made.at(-1 - (back % made.length)) ?? [0, []]
          const vector = Array.from({ length: Math.max(before.length, slot + 1) }, (_, i) => before[i] ?? 0)
          vector[slot] = nid
          insertDelta(w, { snapshot: ++snapshot, roomNid: 1, parent, slot, eventNid: nid })
          if (checkpoint) insertCheckpoint(w, { snapshot, roomNid: 1, vector: Int32Array.from(vector) })
          made.push([snapshot, vector])
        }
      })
      for (const [each, vector] of made) assert.deepEqual([...(await loadVector(store.read, each))], vector)
    }),
    { numRuns: 25 },
  )
})
