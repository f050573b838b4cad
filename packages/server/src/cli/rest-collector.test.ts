// When memory is given back, and that it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { busyUtilizationMin, restUtilizationMax } from '../limits.ts'
import { collect, restDetector } from './rest-collector.ts'

const between = (restUtilizationMax + busyUtilizationMin) / 2

test('garbage is collected twice at rest after the start, and after each time of work', () => {
  const isDue = restDetector()
  const told = [between, restUtilizationMax, between, 0, 0, busyUtilizationMin, between, 0, 0, 0]
  assert.deepEqual(told.map(isDue), [false, true, false, true, false, false, false, true, true, false])
})

test('what nothing refers to is collected', async () => {
  const lost = new WeakRef({})
  await new Promise(setImmediate) // a WeakRef holds its object until the work that made it is over
  collect()
  assert.equal(lost.deref(), undefined)
})
