// The keyed mutex: order under one key, independence of keys, survival of failures.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeyedMutex } from './keyed-mutex.ts'

test('work under one key runs one after the other, in the order of the calls', async () => {
  const mutex = createKeyedMutex()
  const seen: string[] = []
  const step = (name: string) => async () => {
    seen.push(`${name} begins`)
    await new Promise(setImmediate)
    seen.push(`${name} ends`)
  }
  await Promise.all([mutex.run('a', step('first')), mutex.run('a', step('second'))])
  assert.deepEqual(seen, ['first begins', 'first ends', 'second begins', 'second ends'])
})

test('keys do not wait for each other', async () => {
  const mutex = createKeyedMutex()
  const { promise, resolve } = Promise.withResolvers<void>()
  const held = mutex.run('a', () => promise)
  assert.equal(await mutex.run('b', async () => 'free'), 'free')
  resolve()
  await held
})

test('a failure reaches its caller and nobody else', async () => {
  const mutex = createKeyedMutex()
  const failed = mutex.run('a', async () => {
    throw new Error('no')
  })
  const next = mutex.run('a', async () => 'yes')
  await assert.rejects(failed, /no/)
  assert.equal(await next, 'yes')
})
