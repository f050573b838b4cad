// Creating rooms by the wall clock: those that somebody creates within one millisecond are different rooms.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestServer } from './testing/server.ts'

test('rooms that somebody creates at the same moment are different rooms', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const created = await Promise.all(Array.from({ length: 60 }, () => alice.createRoom()))
  assert.equal(new Set(created).size, created.length)
})
