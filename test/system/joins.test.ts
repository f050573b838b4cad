// Ways into rooms of other servers, and what stands in them: restricted rooms, servers that cannot help, bans, returns.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { buildEvent } from '@myelin/algorithms/build-event'
import { JsonText } from '@myelin/protocol/handlers'
import { sendInviteV2 } from '@myelin/protocol/server-server/invites-v2'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'

let net: Network
let alice: User
let bob: User
let carol: User
before(async () => {
  net = await Network.create(3)
  const [one, two, three] = await Promise.all([
    net.server(0).user('alice'),
    net.server(1).user('bob'),
    net.server(2).user('carol'),
  ])
  alice = one
  bob = two
  carol = three
})
after(() => net[Symbol.asyncDispose]())

const path = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`
const via = (...servers: readonly string[]) => servers.map((server) => `via=${server}`).join('&')

const join = (user: User, roomId: string, ...servers: readonly string[]) =>
  user.call(`/join/${encodeURIComponent(roomId)}?${via(...servers)}`, { method: 'POST', body: {} })

async function joins(user: User, roomId: string, ...servers: readonly string[]): Promise<void> {
  const { status, body } = await join(user, roomId, ...servers)
  assert.equal(status, 200, JSON.stringify(body))
}

const hears = (user: User, roomId: string, body: string) =>
  eventually(async () => (await user.history(roomId)).find((event) => event.content.body === body))

const memberOf = async (user: User, roomId: string, userId: string) =>
  (await user.call(`${path(roomId)}/state/m.room.member/${encodeURIComponent(userId)}`)).body

const becomes = (user: User, roomId: string, about: User, membership: string) =>
  eventually(async () => ((await memberOf(user, roomId, about.userId)).membership === membership ? true : undefined))

/** A room that members of `space` may join. */
const restrictedRoom = (owner: User, space: string, version: string, rule = 'restricted') =>
  owner.createRoom({
    room_version: version,
    initial_state: [
      {
        type: 'm.room.join_rules',
        state_key: '',
        content: { join_rule: rule, allow: [{ type: 'm.room_membership', room_id: space }] },
      },
    ],
  })

for (const [version, rule] of [
  ['8', 'restricted'],
  ['11', 'restricted'],
  ['12', 'knock_restricted'],
] as const)
  test(`members of a room come into a ${rule} room of version ${version}, others do not`, async () => {
    const space = await alice.createRoom({ preset: 'public_chat' })
    const roomId = await restrictedRoom(alice, space, version, rule)
    assert.deepEqual((await join(bob, roomId, 'hs1.test')).body.errcode, 'M_FORBIDDEN')
    await joins(bob, space, 'hs1.test')
    await joins(bob, roomId, 'hs1.test')
    const { join_authorised_via_users_server: voucher } = await memberOf(alice, roomId, bob.userId)
    assert.equal(voucher, alice.userId)
    await bob.say(roomId, 'let in')
    await hears(alice, roomId, 'let in')
  })

test('a server that cannot let a user into a restricted room leaves that to another', async () => {
  const space = await alice.createRoom({ preset: 'public_chat' })
  const roomId = await restrictedRoom(alice, space, '11')
  await joins(bob, space, 'hs1.test')
  await joins(bob, roomId, 'hs1.test')
  // Bob's server is in the room, but nobody there may invite; the one of Alice lets Carol in.
  await alice.put(`${path(roomId)}/state/m.room.power_levels/`, { users: { [alice.userId]: 100 }, invite: 50 })
  await eventually(async () => {
    const levels = await bob.get(`${path(roomId)}/state/m.room.power_levels/`)
    return levels.invite === 50 ? true : undefined
  })
  await joins(carol, space, 'hs1.test')
  await joins(carol, roomId, 'hs2.test', 'hs1.test')
  const { join_authorised_via_users_server: voucher } = await memberOf(carol, roomId, carol.userId)
  assert.equal(voucher, alice.userId)
  await carol.say(roomId, 'through a third')
  await hears(bob, roomId, 'through a third')
})

test('a server that is not in the room a condition names leaves the answer to another', async () => {
  const space = await alice.createRoom({ preset: 'public_chat' })
  const roomId = await restrictedRoom(alice, space, '11')
  await alice.post(`${path(roomId)}/invite`, { user_id: bob.userId })
  await joins(bob, roomId, 'hs1.test')
  await alice.put(`${path(roomId)}/state/m.room.power_levels/`, { users: { [bob.userId]: 50, [alice.userId]: 100 } })
  await joins(carol, space, 'hs1.test')
  await joins(carol, roomId, 'hs2.test', 'hs1.test')
  assert.equal((await memberOf(carol, roomId, carol.userId)).join_authorised_via_users_server, alice.userId)
  // The server of a newcomer is in the room by now, and yet must be let in by another.
  const chris = await net.server(2).user('chris')
  assert.equal((await join(chris, roomId)).body.errcode, 'M_FORBIDDEN')
  await joins(chris, space)
  await becomes(alice, space, chris, 'join')
  await alice.put(`${path(roomId)}/state/m.room.power_levels/`, { users: { [alice.userId]: 100 }, invite: 50 })
  await eventually(async () => {
    const levels = await carol.get(`${path(roomId)}/state/m.room.power_levels/`)
    return levels.invite === 50 ? true : undefined
  })
  await joins(chris, roomId)
  assert.equal((await memberOf(alice, roomId, chris.userId)).join_authorised_via_users_server, alice.userId)
  await chris.say(roomId, 'vouched for')
  await hears(bob, roomId, 'vouched for')
})

test('servers that are not in the room or not there at all are followed by one that is', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await joins(bob, roomId, 'nowhere.test', 'hs3.test', 'hs1.test')
})

test('a room that nobody knows is not found', async () => {
  const { status, body } = await join(bob, '!unknown:hs1.test', 'hs1.test')
  assert.deepEqual([status, body.errcode], [404, 'M_NOT_FOUND'])
})

test('users of one server who join at once all come in', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const users = [bob, await net.server(1).user('bert'), await net.server(1).user('berta')]
  await Promise.all(users.map((user) => joins(user, roomId, 'hs1.test')))
  for (const user of users) await becomes(alice, roomId, user, 'join')
})

test('who is banned does not come in, and is told so', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await alice.post(`${path(roomId)}/ban`, { user_id: bob.userId })
  const { status, body } = await join(bob, roomId, 'nowhere.test', 'hs1.test', 'hs3.test')
  assert.deepEqual([status, body.errcode], [403, 'M_FORBIDDEN'])
})

test('a server that the room bars does not come in', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await alice.put(`${path(roomId)}/state/m.room.server_acl/`, { allow: ['*'], deny: ['hs2.test'] })
  assert.equal((await join(bob, roomId, 'hs1.test')).status, 403)
  await joins(carol, roomId, 'hs1.test')
})

test('who left comes back, also when everybody of the server had left', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await joins(bob, roomId, 'hs1.test')
  await bob.post(`${path(roomId)}/leave`)
  await becomes(alice, roomId, bob, 'leave')
  await alice.say(roomId, 'while you were away')
  await alice.put(`${path(roomId)}/state/m.room.topic/`, { topic: 'changed meanwhile' })
  await joins(bob, roomId, 'hs1.test')
  await bob.say(roomId, 'back again')
  await hears(alice, roomId, 'back again')
  assert.equal((await bob.get(`${path(roomId)}/state/m.room.topic/`)).topic, 'changed meanwhile')
})

test('a knock, an invite to it, and the way in', async () => {
  const rules = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }
  const roomId = await alice.createRoom({ room_version: '11', initial_state: [rules] })
  await bob.post(`/knock/${encodeURIComponent(roomId)}?${via('hs1.test')}`)
  await becomes(alice, roomId, bob, 'knock')
  await alice.post(`${path(roomId)}/invite`, { user_id: bob.userId })
  await eventually(async () => (await bob.sync()).rooms?.invite?.[roomId])
  await joins(bob, roomId)
  await becomes(alice, roomId, bob, 'join')
})

test('an invite to a room whose id is its create event comes with that event, or is refused', async () => {
  const roomId = await alice.createRoom({ room_version: '12' })
  const { rooms, federation } = net.server(0).services
  const room = await rooms.byId(roomId)
  assert.ok(room)
  const invite = {
    ...{ type: 'm.room.member', sender: alice.userId, state_key: bob.userId, room_id: roomId },
    content: { membership: 'invite' },
    ...{ origin_server_ts: Date.now(), depth: 10, prev_events: [], auth_events: [] },
  }
  const signer = { serverName: 'hs1.test', key: rooms.context.signingKey }
  const { eventId, json } = buildEvent(invite, room.rules, signer)
  const create = JSON.parse(room.state('m.room.create')?.json ?? '{}')
  const send = (described: readonly unknown[]) =>
    federation.peers.call('hs2.test', sendInviteV2, {
      path: { roomId, eventId },
      body: new JsonText(`{"event":${json},"invite_room_state":${JSON.stringify(described)},"room_version":"12"}`),
    })
  for (const described of [[], [{ ...create, content: { room_version: '12', topic: 'another' } }]])
    await assert.rejects(send(described), /create event/)
  await send([create])
  await eventually(async () => (await bob.sync()).rooms?.invite?.[roomId])
})

test('an invite is declined while the server it came from is away', async () => {
  const dave = await net.server(2).user('dave')
  const roomId = await dave.createRoom({ name: 'Unreachable' })
  await dave.post(`${path(roomId)}/invite`, { user_id: bob.userId })
  await eventually(async () => (await bob.sync()).rooms?.invite?.[roomId])
  await net.server(2).stop()
  await bob.post(`${path(roomId)}/leave`)
  assert.equal((await bob.sync()).rooms?.invite?.[roomId], undefined)
  await net.server(2).start()
})
