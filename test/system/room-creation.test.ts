// Creating rooms: by the wall clock, those of one millisecond are different rooms; and of the version the operator chose.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TestServer } from './testing/server.ts'

test('rooms that somebody creates at the same moment are different rooms', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const created = await Promise.all(Array.from({ length: 60 }, () => alice.createRoom()))
  assert.equal(new Set(created).size, created.length)
})

test('a room has the version the operator chose where whoever makes it names none', async () => {
  await using server = await TestServer.start({ defaultRoomVersion: '10' })
  const alice = await server.user('alice')
  const { capabilities } = await alice.get('/capabilities')
  assert.equal(capabilities['m.room_versions'].default, '10')
  const versionOf = async (roomId: string) =>
    (await alice.get(`/rooms/${encodeURIComponent(roomId)}/state/m.room.create`)).room_version
  assert.equal(await versionOf(await alice.createRoom()), '10')
  assert.equal(await versionOf(await alice.createRoom({ room_version: '12' })), '12')
})
