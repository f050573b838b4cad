// Invites of rooms that this server is not in cannot be judged when they come: they count for nothing until they are.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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
): Promise<{ room: RemoteRoom; status: number; invite: string }> {
  const room = remote.createRoom(net.server(0), '11')
  room.next({ type: 'm.room.join_rules', state_key: '', content: { join_rule: 'invite' } })
  const content = { membership: 'invite' }
  const invite = room.event({ type: 'm.room.member', sender: sender(room), state_key: user.userId, content })
  const status = await sendInvite(room, invite)
  room.state.set(`m.room.member ${user.userId}`, invite.eventId)
  return { room, status, invite: invite.eventId }
}

async function sendInvite(room: RemoteRoom, invite: BuiltEvent): Promise<number> {
  const path = [room.roomId, invite.eventId].map(encodeURIComponent).join('/')
  const described = [...room.state.values()].map((eventId) => JSON.parse(remote.events.get(eventId)?.json ?? '{}'))
  const body = { event: JSON.parse(invite.json), room_version: '11', invite_room_state: described }
  return (await remote.call(net.server(0), 'PUT', `/_matrix/federation/v2/invite/${path}`, JSON.stringify(body))).status
}

const joins = (user: User, room: RemoteRoom) =>
  user.call(`/join/${encodeURIComponent(room.roomId)}?via=evil.test`, { method: 'POST', body: {} })

test('an invite by somebody who is not in the room lets nobody in, though the room state has it', async () => {
  const alice = await net.server(0).user('alice')
  const { room, status } = await invited(alice, () => '@nobody:evil.test')
  assert.equal(status, 200, 'it is shown, for nothing speaks against it yet')
  const { next_batch: since, rooms: before } = await alice.sync()
  assert.ok(before.invite[room.roomId])
  assert.equal((await joins(alice, room)).status, 403)
  assert.ok((await alice.sync({ since })).rooms.leave[room.roomId], 'the user is told that it is none')
  assert.equal((await alice.sync()).rooms?.invite, undefined)
  const state = await alice.call(`/rooms/${encodeURIComponent(room.roomId)}/state`)
  assert.equal(state.status, 403)
})

/** What the database holds of invites, as an older version left it. */
async function atOlderVersion(change: string, eventId: string): Promise<void> {
  const server = net.server(0)
  await server.stop()
  const database = new DatabaseSync(join(server.data, 'myelin.db'))
  database.prepare(change).run(eventId)
  database.exec('DELETE FROM schema_version WHERE version = 14')
  database.close()
  await server.start()
}

test('an invite stored before it was noted that it is to be judged lets nobody in who is not', async () => {
  const carol = await net.server(0).user('carol')
  const { room, invite } = await invited(carol, () => '@nobody:evil.test')
  await atOlderVersion('UPDATE events SET flags = 4 WHERE event_id = ?', invite)
  assert.equal((await joins(carol.at(net.server(0).baseUrl), room)).status, 403)
})

test('an invite that was rejected by an older version is shown no more', async () => {
  const dave = await net.server(0).user('dave')
  const { room, invite } = await invited(dave, () => '@nobody:evil.test')
  assert.ok((await dave.sync()).rooms.invite[room.roomId])
  await atOlderVersion('UPDATE events SET flags = 5 WHERE event_id = ?', invite)
  assert.equal((await dave.at(net.server(0).baseUrl).sync()).rooms?.invite, undefined)
})

test('an invite that the room allows lets its user in, and is part of the state others get', async () => {
  const bob = await net.server(0).user('bob')
  const { room, status } = await invited(bob, ({ userId }) => userId)
  assert.equal(status, 200)
  assert.equal((await joins(bob, room)).status, 200)
  const members = await bob.get(`/rooms/${encodeURIComponent(room.roomId)}/joined_members`)
  assert.deepEqual(Object.keys(members.joined).toSorted(), [bob.userId, room.userId].toSorted())
})
