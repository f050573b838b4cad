// Waiting requests: who wakes, when, and that none stays behind.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemEnvironment } from '../environment.ts'
import { syncWaitersPerUserMax } from '../limits.ts'
import { Waiters } from './waiters.ts'

const never = new AbortController().signal

test('everything a user waits for wakes at once, and nobody else', async () => {
  const waiters = new Waiters(systemEnvironment)
  const [first, second, other] = [1, 1, 2].map((user) => waiters.wait(user, 60_000, never))
  waiters.wake([1])
  assert.deepEqual(await Promise.all([first?.woken, second?.woken]), ['changed', 'changed'])
  assert.equal(waiters.size, 1)
  other?.cancel()
  assert.equal(waiters.size, 0)
})

test('a wait ends when its time is over', async () => {
  const waiters = new Waiters(systemEnvironment)
  const keepAlive = setTimeout(() => undefined, 10_000)
  assert.equal(await waiters.wait(1, 5, never).woken, 'timeout')
  clearTimeout(keepAlive)
  assert.equal(waiters.size, 0)
})

test('an aborted request waits no longer', async () => {
  const waiters = new Waiters(systemEnvironment)
  const controller = new AbortController()
  const waiter = waiters.wait(1, 60_000, controller.signal)
  controller.abort()
  assert.equal(await waiter.woken, 'gone')
  assert.equal(await waiters.wait(1, 60_000, controller.signal).woken, 'gone')
  assert.equal(waiters.size, 0)
})

test('the oldest of too many waits of one user is let go', async () => {
  const waiters = new Waiters(systemEnvironment)
  const waiting = Array.from({ length: syncWaitersPerUserMax + 1 }, () => waiters.wait(1, 60_000, never))
  assert.equal(await waiting[0]?.woken, 'timeout')
  assert.equal(waiters.size, syncWaitersPerUserMax)
  for (const waiter of waiting) waiter.cancel()
})
