// Guests over the wire: where they may go, and that they leave when a room closes to them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, ok, User } from './testing/api.ts'
import { TestServer } from './testing/server.ts'

const guestAccess = (access: string) => ({ type: 'm.room.guest_access', content: { guest_access: access } })

test('a guest joins rooms that are open to guests, by any path, and no others', async () => {
  await using server = await TestServer.start({ guests: 'on' })
  const alice = await server.user('alice')
  const session = await ok(call(server.baseUrl, '/_matrix/client/v3/register?kind=guest', { body: {} }))
  const guest = new User(server.baseUrl, session)
  const open = await alice.createRoom({ preset: 'public_chat', initial_state: [guestAccess('can_join')] })
  const closed = encodeURIComponent(await alice.createRoom({ preset: 'public_chat' }))
  await guest.join(open)
  const own = encodeURIComponent(guest.userId)
  const refusals = [
    await guest.call(`/join/${closed}`, { body: {} }),
    await guest.call(`/rooms/${closed}/join`, { body: {} }),
    await guest.call(`/rooms/${closed}/state/m.room.member/${own}`, { method: 'PUT', body: { membership: 'join' } }),
    await guest.call('/createRoom', { body: {} }),
  ]
  for (const { status, body } of refusals)
    assert.deepEqual([status, body.errcode], [403, 'M_GUEST_ACCESS_FORBIDDEN'], JSON.stringify(body))
  await guest.say(open, 'may I?')
  const room = `/rooms/${encodeURIComponent(open)}`
  await alice.put(`${room}/state/m.room.guest_access`, { guest_access: 'forbidden' })
  assert.equal((await alice.get(`${room}/state/m.room.member/${own}`)).membership, 'leave')
})

test('endpoints answer by the names they had before they were stable', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  const roomId = await alice.createRoom({ preset: 'public_chat', name: 'Garden' })
  const unstable = '/_matrix/client/unstable'
  const summary = `${unstable}/im.nheko.summary/summary/${encodeURIComponent(roomId)}`
  assert.equal((await ok(call(server.baseUrl, summary))).name, 'Garden')
  await alice.put(`/profile/${alice.userId}/displayname`, { displayname: 'Alice' })
  const profile = `${unstable}/uk.tcpip.msc4133/profile/${alice.userId}`
  assert.deepEqual(await ok(call(server.baseUrl, profile)), { displayname: 'Alice' })
})
