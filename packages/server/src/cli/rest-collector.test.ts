// When memory is given back, and that it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { busyUtilizationMin, restUtilizationMax } from '../limits.ts'
import { collect, restDetector } from './rest-collector.ts'

const between = (restUtilizationMax + busyUtilizationMin) / 2

test('a rest begins once after the start, and once after each time of work', () => {
  const beginsRest = restDetector()
  const told = [between, restUtilizationMax, 0, between, 0, busyUtilizationMin, between, 0, 0]
  assert.deepEqual(told.map(beginsRest), [false, true, false, false, false, false, false, true, false])
})

test('what nothing refers to is collected', async () => {
  const lost = new WeakRef({})
  await new Promise(setImmediate) // a WeakRef holds its object until the work that made it is over
  collect()
  assert.equal(lost.deref(), undefined)
})
