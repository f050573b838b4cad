// Invites of rooms that this server is not in cannot be judged when they come: they count for nothing until they are.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BuiltEvent } from '@myelin/algorithms/build-event'
import type { User } from './testing/api.ts'
import { Network } from './testing/network.ts'
import { type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

let net: Network
let remote: RemoteServer
before(async () => {
  net = await Network.create(1, ['evil.test'])
  remote = await RemoteServer.start(net, 'evil.test')
})
after(async () => {
  await remote[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

/** A room for the invited, and an invite by one of its server's users. */
async function invited(
  user: User,
  sender: (room: RemoteRoom) => string,
): Promise<{ room: RemoteRoom; status: number }> {
  const room = remote.createRoom(net.server(0), '11')
  room.next({ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'invite' } })
  const content = { membership: 'invite' }
  const invite = room.event({ type: 'm.room.member', sender: sender(room), state_key: user.userId, content })
  const status = await sendInvite(room, invite)
  room.state.set(`m.room.member ${user.userId}`, invite.eventId)
  return { room, status }
}

async function sendInvite(room: RemoteRoom, invite: BuiltEvent): Promise<number> {
  const path = [room.roomId, invite.eventId].map(encodeURIComponent).join('/')
  const described = [...room.state.values()].map((eventId) => JSON.parse(remote.events.get(eventId)?.json ?? '{}'))
  const body = { event: JSON.parse(invite.json), room_version: '11', invite_room_state: described }
  return (await remote.call(net.server(0), 'PUT', `/_matrix/federation/v2/invite/${path}`, JSON.stringify(body))).status
}

const join = (user: User, room: RemoteRoom) =>
  user.call(`/join/${encodeURIComponent(room.roomId)}?via=evil.test`, { method: 'POST', body: {} })

test('an invite by somebody who is not in the room lets nobody in, though the room state has it', async () => {
  const alice = await net.server(0).user('alice')
  const { room, status } = await invited(alice, () => '@nobody:evil.test')
  assert.equal(status, 200, 'it is shown, for nothing speaks against it yet')
  assert.equal((await join(alice, room)).status, 403)
  const state = await alice.call(`/rooms/${encodeURIComponent(room.roomId)}/state`)
  assert.equal(state.status, 403)
})

test('an invite that the room allows lets its user in, and is part of the state others get', async () => {
  const bob = await net.server(0).user('bob')
  const { room, status } = await invited(bob, ({ userId }) => userId)
  assert.equal(status, 200)
  assert.equal((await join(bob, room)).status, 200)
  const members = await bob.get(`/rooms/${encodeURIComponent(room.roomId)}/joined_members`)
  assert.deepEqual(Object.keys(members.joined).toSorted(), [bob.userId, room.userId].toSorted())
})
