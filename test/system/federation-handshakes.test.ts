// Joining, leaving, knocking and inviting between servers: what is not as the specification has it is refused in its
// words, and a template is signed only where it is what was asked for.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { eventIdOf } from '@myelin/algorithms/hashes'
import { roomVersion } from '@myelin/algorithms/room-version'
import { addEventSignature } from '@myelin/algorithms/signatures'
import type { User } from './testing/api.ts'
import { Network, type NetworkServer } from './testing/network.ts'
import { type RemoteAnswer, type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

const rules = roomVersion('10') ?? assert.fail()
const userId = '@mallory:remote.test'
let net: Network
let server: NetworkServer
let remote: RemoteServer
let alice: User
before(async () => {
  net = await Network.create(1, ['remote.test'])
  server = net.server(0)
  remote = await RemoteServer.start(net, 'remote.test')
  alice = await server.user('alice')
})
after(async () => {
  await remote[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const encoded = (...parts: readonly string[]) => parts.map(encodeURIComponent).join('/')
const knockable = { type: 'm.room.join_rules', state_key: '', content: { join_rule: 'knock' } }

async function template(membership: string, roomId: string) {
  const path = `/_matrix/federation/v1/make_${membership}/${encoded(roomId, userId)}?ver=10`
  const { status, body } = await remote.call(server, 'GET', path)
  assert.equal(status, 200, JSON.stringify(body))
  return body.event
}

const versions: Readonly<Record<string, string>> = { join: 'v2', leave: 'v2', knock: 'v1' }

async function send(membership: string, event: { readonly room_id: string }) {
  const path = `send_${membership}/${encoded(event.room_id, eventIdOf(event as never, rules))}`
  return remote.call(server, 'PUT', `/_matrix/federation/${versions[membership]}/${path}`, JSON.stringify(event))
}

const wronglySigned = (text: string) => text.replace(/"ed25519:remote":"[^"]*"/, `"ed25519:remote":"${'A'.repeat(86)}"`)

for (const membership of ['join', 'leave', 'knock'])
  test(`a ${membership} that is not what it is said to be, or not signed by its server, is an invalid parameter`, async () => {
    const initial = membership === 'knock' ? { initial_state: [knockable] } : { preset: 'public_chat' }
    const roomId = await alice.createRoom({ room_version: '10', ...initial })
    if (membership === 'leave') await remote.join(server, roomId)
    const event = await template(membership, roomId)
    assert.equal(event.origin, 'hs1.test')
    const sent = async (changed: object, change = (text: string) => text) => {
      const { json } = remote.sign(rules, { ...event, ...changed })
      const { status, body } = await send(membership, JSON.parse(change(json)))
      return `${status} ${body.errcode}`
    }
    assert.equal(await sent({ type: 'm.room.name' }), '400 M_INVALID_PARAM')
    assert.equal(await sent({ content: { membership: 'ban' } }), '400 M_INVALID_PARAM')
    assert.equal(await sent({ state_key: '@other:remote.test' }), '400 M_INVALID_PARAM')
    assert.equal(await sent({ sender: '@m:hs1.test', state_key: '@m:hs1.test' }), '400 M_INVALID_PARAM')
    assert.equal(await sent({}, wronglySigned), '400 M_INVALID_PARAM')
    assert.equal(await sent({}), '200 undefined')
  })

test('an invite that its server has not signed, or whose sender is of another, is an invalid parameter', async () => {
  const room = remote.createRoom(server, '10')
  const content = { membership: 'invite' }
  const invite = async (changed: object, change = (text: string) => text) => {
    const { eventId, json } = room.event({ type: 'm.room.member', state_key: alice.userId, content, ...changed })
    const body = `{"event":${change(json)},"invite_room_state":[],"room_version":"10"}`
    const path = `/_matrix/federation/v2/invite/${encoded(room.roomId, eventId)}`
    const answer = await remote.call(server, 'PUT', path, body)
    return `${answer.status} ${answer.body.errcode}`
  }
  assert.equal(await invite({}, wronglySigned), '400 M_INVALID_PARAM')
  assert.equal(await invite({ sender: alice.userId }), '400 M_INVALID_PARAM')
  assert.equal(await invite({}), '200 undefined')
})

/** Joins a room of the remote server, which gives a template that was changed; what the client is told, and what was sent. */
async function joinBy(change: (event: Record<string, unknown>) => object): Promise<{ status: number; sent: number }> {
  const room: RemoteRoom = remote.createRoom(server, '10')
  const honest = remote.answers.get('make_join') ?? assert.fail()
  remote.answers.set('make_join', async (...asked) => {
    const { body } = (await honest(...asked)) as { body: { event: Record<string, unknown> } }
    return { body: { ...body, event: change(body.event) } }
  })
  const before = remote.asked('send_join').length
  const { status } = await alice.call(`/join/${encodeURIComponent(room.roomId)}?via=remote.test`, { method: 'POST' })
  return { status, sent: remote.asked('send_join').length - before }
}

test('a template that is not of what was asked for is not signed', async () => {
  const refused = { status: 502, sent: 0 }
  assert.deepEqual(await joinBy((event) => ({ ...event, type: 'm.room.name' })), refused)
  assert.deepEqual(await joinBy((event) => ({ ...event, sender: userId })), refused)
  assert.deepEqual(await joinBy((event) => ({ ...event, state_key: userId })), refused)
  assert.deepEqual(await joinBy((event) => ({ ...event, room_id: '!other:remote.test' })), refused)
  assert.deepEqual(await joinBy((event) => ({ ...event, content: { membership: 'leave' } })), refused)
  assert.deepEqual(await joinBy((event) => event), { status: 200, sent: 1 })
})

test('the client is told why a server cannot let it into a restricted room', async () => {
  for (const errcode of ['M_UNABLE_TO_AUTHORISE_JOIN', 'M_UNABLE_TO_GRANT_JOIN']) {
    const answer: RemoteAnswer = { status: 400, body: { errcode, error: 'not by me' } }
    remote.answers.set('make_join', () => answer)
    const { status, body } = await alice.call(`/join/${encodeURIComponent(`!${errcode}:remote.test`)}`, {
      method: 'POST',
    })
    assert.equal(`${status} ${body.errcode}`, `400 ${errcode}`)
  }
})

test('that a server knows no knocking is not said of the server that the client asked', async () => {
  const refusal = { status: 404, body: { errcode: 'M_UNRECOGNIZED', error: 'what is that?' } }
  remote.answers.set('make_knock', () => refusal)
  const path = `/knock/${encodeURIComponent('!room:remote.test')}`
  const { status, body } = await alice.call(path, { method: 'POST', body: {} })
  assert.equal(`${status} ${body.errcode}`, '502 M_UNKNOWN')
})

test('a server that knows the first form of invites alone is invited by it', async () => {
  for (const refusal of [{ errcode: 'M_BAD_JSON', error: 'no' }, '<html>']) {
    const room = remote.createRoom(server, '2')
    await alice.join(room.roomId)
    remote.answers.set('v2/invite', () => ({ status: 400, body: refusal }))
    remote.answers.set('v1/invite', (_, { body }) => {
      const { unsigned: _unsigned, ...event } = JSON.parse(body) as Record<string, unknown>
      return { body: [200, { event: addEventSignature(event as never, room.rules, remote) }] }
    })
    await alice.post(`/rooms/${encodeURIComponent(room.roomId)}/invite`, { user_id: '@trent:remote.test' })
  }
  assert.equal(remote.asked('v1/invite').length, 2)
})

test('what the other server answers an invite with is not the fault of who invites', async () => {
  const roomId = await alice.createRoom({ room_version: '10' })
  const path = `/rooms/${encodeURIComponent(roomId)}/invite`
  for (const spoilt of [(event: object) => ({ ...event, signatures: {} }), () => ({ ...knockable, sender: userId })]) {
    remote.answers.set('v2/invite', (_, { body }) => ({ body: { event: spoilt(JSON.parse(body).event) } }))
    assert.equal((await alice.call(path, { body: { user_id: userId } })).status, 502)
  }
})

test('a join for which a user here is said to vouch is let in, or refused for what is in its way', async () => {
  const roomId = await alice.createRoom({ room_version: '10', preset: 'public_chat' })
  const club = await alice.createRoom({ room_version: '10', preset: 'public_chat' })
  const weak = await server.user('weak')
  await weak.join(roomId)
  const event = await template('join', roomId)
  const state = (type: string, content: object) =>
    alice.put(`/rooms/${encodeURIComponent(roomId)}/state/${type}`, content)
  const restrict = (to: string) =>
    state('m.room.join_rules', { join_rule: 'restricted', allow: [{ type: 'm.room_membership', room_id: to }] })
  const joins = async (voucher: User) => {
    const content = { membership: 'join', join_authorised_via_users_server: voucher.userId }
    const { json } = remote.sign(rules, { ...event, content })
    const { status, body } = await send('join', JSON.parse(json))
    return `${status} ${body.errcode ?? Object.keys(body.event.signatures).toSorted()}`
  }
  await restrict('!unknown:elsewhere.test')
  assert.equal(await joins(alice), '400 M_UNABLE_TO_AUTHORISE_JOIN')
  await restrict(club)
  assert.equal(await joins(alice), '403 M_FORBIDDEN')
  await remote.join(server, club)
  await state('m.room.power_levels', { users: { [alice.userId]: 100 }, invite: 50 })
  assert.equal(await joins(weak), '400 M_UNABLE_TO_GRANT_JOIN')
  assert.equal(await joins(alice), '200 hs1.test,remote.test')
  await state('m.room.join_rules', { join_rule: 'public' })
  assert.equal(await joins(weak), '200 hs1.test,remote.test', 'nobody need vouch, but who is named must have signed')
})
