// Rooms in common with another user.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestRooms } from './testing/open-rooms.ts'

test('the rooms both are in are listed, and no others', async () => {
  await using server = await openTestRooms()
  const [alice, bob] = [await server.user('alice'), await server.user('bob')]
  const create = () => server.rooms.create({ by: alice, request: { preset: 'public_chat' } })
  const [both, left, alone] = [await create(), await create(), await create()]
  for (const roomId of [both, left]) await server.rooms.join(roomId, { by: bob })
  await server.rooms.leave(left, { by: bob })
  const shared = (userId: string, from?: string) => server.rooms.mutualRooms({ by: alice, userId, from })
  assert.deepEqual(await shared(bob.userId), { roomIds: [both], count: 1, nextBatch: undefined })
  assert.ok(alone !== both)
  assert.equal((await shared('@nobody:example.org')).count, 0)
  await assert.rejects(shared(alice.userId), { errcode: 'M_INVALID_PARAM' })
  await assert.rejects(shared(bob.userId, 'x'), { errcode: 'M_INVALID_PARAM' })
})
