// A server that is the policy server of rooms: what its operator does not want is refused to its own users, to those of
// other servers, and to servers that ask for a signature by themselves.
// https://spec.matrix.org/v1.19/server-server-api/#policy-servers
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { signatureOf } from '@myelin/algorithms/signatures'
import { call, type User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { RemoteServer, type RemoteRoom } from './testing/remote-server.ts'

let net: Network
let alice: User
let carol: User
let bob: User
let remote: RemoteServer
let room: RemoteRoom
let roomId: string
let publicKey: string

before(async () => {
  net = await Network.create(2, ['far.test', 'evil.test'], {
    settings: {
      'hs1.test': {
        'policyServer.enabled': 'on',
        'policyServer.deniedServers': ['evil.*'],
        'policyServer.deniedUsers': ['@spam*:*'],
        'policyServer.deniedEventTypes': ['m.sticker'],
        'policyServer.deniedMessageTypes': ['m.video'],
        'policyServer.deniedTexts': ['buy * pills'],
        'policyServer.mentionsMax': 3,
        'policyServer.eventsPerMinuteMax': 15,
      },
    },
  })
  alice = await net.server(0).user('alice')
  carol = await net.server(0).user('carol')
  bob = await net.server(1).user('bob')
  remote = await RemoteServer.start(net, 'far.test')
  const found = await call(net.server(0).baseUrl, '/.well-known/matrix/policy_server')
  publicKey = found.body.public_keys.ed25519
  const policy = { type: 'm.room.policy', state_key: '', content: named() }
  roomId = await alice.createRoom({
    preset: 'public_chat',
    room_version: '11',
    initial_state: [policy],
    name: 'Square',
  })
  await carol.join(roomId)
  await joinBy(bob)
  room = await remote.join(net.server(0), roomId)
  room.servesHistory()
})
after(async () => {
  await remote[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const named = () => ({ via: 'hs1.test', public_keys: { ed25519: publicKey } })
const path = () => `/rooms/${encodeURIComponent(roomId)}`
const joinBy = (user: User) => user.post(`/join/${encodeURIComponent(roomId)}?server_name=hs1.test&via=hs1.test`)
let count = 0
const send = (user: User, content: object, type = 'm.room.message') =>
  user.call(`${path()}/send/${type}/${++count}`, { method: 'PUT', body: content })
const text = (body: string, more: object = {}) => ({ msgtype: 'm.text', body, ...more })

async function signed(eventId: string, server = 0): Promise<boolean> {
  const event = await eventually(async () => {
    const hot = await net.server(server).services.rooms.byId(roomId)
    return hot && (await net.server(server).services.rooms.findEvent(hot, eventId))
  })
  return signatureOf(JSON.parse(event.json), 'hs1.test', 'ed25519:policy_server') !== undefined
}

test('its key is published, and is not the one that servers sign with', async () => {
  assert.match(publicKey, /^[A-Za-z0-9+/]{43}$/)
  const keys = await call(net.server(0).baseUrl, '/_matrix/key/v2/server')
  assert.ok(!JSON.stringify(keys.body.verify_keys).includes(publicKey))
  const none = await call(net.server(1).baseUrl, '/.well-known/matrix/policy_server')
  assert.deepEqual([none.status, none.body.errcode], [404, 'M_NOT_FOUND'])
})

test('what its own users and those of others say is signed, from the first event after it was named', async () => {
  const state = await alice.get(`${path()}/state`)
  const name = state.find(({ type }: { type: string }) => type === 'm.room.name')
  assert.ok(await signed(name.event_id))
  assert.ok(await signed(await carol.say(roomId, 'from here')))
  const eventId = await bob.say(roomId, 'from there')
  assert.ok(await signed(eventId, 1))
  assert.ok(await signed(eventId, 0))
})

const unwanted: readonly (readonly [string, object, string?])[] = [
  ['a text that is not wanted', text('BUY cheap p\u200Bills now')],
  ['the same in an edit', text('* fine', { 'm.new_content': text('buy my pills') })],
  ['too many mentions', text('hi', { 'm.mentions': { user_ids: ['@a:x', '@b:x', '@c:x', '@d:x'] } })],
  ['a kind of message', { msgtype: 'm.video', body: 'film', url: 'mxc://x/y' }],
  ['a kind of event', { body: 'sticker', url: 'mxc://x/y', info: {} }, 'm.sticker'],
]
for (const [what, content, type] of unwanted)
  test(`${what} is refused at both servers, with the reason`, async () => {
    for (const user of [carol, bob]) {
      const reply = await send(user, content, type)
      assert.deepEqual([reply.status, reply.body.errcode], [400, 'M_FORBIDDEN'])
      assert.notEqual(reply.body.error, '')
    }
    assert.equal((await send(alice, content, type)).status, 200, 'who may ban is not held to it')
  })

test('who is not wanted is refused, but may leave', async () => {
  const spammer = await net.server(1).user('spammer')
  const refused = await spammer.call(`/join/${encodeURIComponent(roomId)}?server_name=hs1.test&via=hs1.test`, {
    method: 'POST',
    body: {},
  })
  assert.equal(refused.body.errcode, 'M_FORBIDDEN')
  const here = await net.server(0).user('spammer')
  const local = await here.call(`/join/${encodeURIComponent(roomId)}`, { method: 'POST', body: {} })
  assert.deepEqual([local.status, local.body.errcode], [400, 'M_FORBIDDEN'])
  await alice.post(`${path()}/invite`, { user_id: here.userId })
  assert.equal((await here.call(`${path()}/leave`, { method: 'POST', body: {} })).status, 200)
  const evil = await RemoteServer.start(net, 'evil.test')
  await assert.rejects(evil.join(net.server(0), roomId))
  await evil[Symbol.asyncDispose]()
})

const sign = (pdu: unknown, where = '/_matrix/policy/v1/sign', at = 0) =>
  remote.call(net.server(at), 'POST', where, JSON.stringify(pdu))

test('another server gets a signature for what is wanted, under either name of the endpoint', async () => {
  const event = room.next({ content: text('wanted') })
  for (const where of ['/_matrix/policy/v1/sign', '/_matrix/policy/unstable/org.matrix.msc4284/sign']) {
    const reply = await sign(event.pdu, where)
    assert.equal(reply.status, 200, JSON.stringify(reply.body))
    assert.deepEqual(Object.keys(reply.body), ['hs1.test'])
    assert.deepEqual(Object.keys(reply.body['hs1.test']), ['ed25519:policy_server'])
  }
})

test('it refuses what it does not want, what is not signed, forged or no event, and the event that names it', async () => {
  const { pdu } = room.event({ content: text('buy our pills') })
  const good = room.event({ content: text('good') }).pdu
  const naming = room.event({ type: 'm.room.policy', state_key: '', content: {} }).pdu
  for (const [value, errcode] of [
    [pdu, 'M_FORBIDDEN'],
    [{ ...good, content: text('changed') }, 'M_BAD_JSON'],
    [{ ...good, signatures: pdu.signatures }, 'M_FORBIDDEN'],
    [{ ...good, signatures: {} }, 'M_FORBIDDEN'],
    [{ room_id: roomId }, 'M_BAD_JSON'],
    [naming, 'M_FORBIDDEN'],
  ] as const) {
    const reply = await sign(value)
    assert.deepEqual([reply.status, reply.body.errcode], [400, errcode], JSON.stringify(reply.body))
  }
})

test('rooms that do not name it, or that it is not in, are unknown to it; a server that is none says so', async () => {
  const other = await alice.createRoom({ preset: 'public_chat', room_version: '11' })
  const elsewhere = await remote.join(net.server(0), other)
  for (const pdu of [
    elsewhere.event({ content: text('x') }).pdu,
    { room_id: '!none:hs1.test', type: 'x' },
    { room_id: 7 },
    {},
  ]) {
    const reply = await sign(pdu)
    assert.deepEqual([reply.status, reply.body.errcode], [404, 'M_NOT_FOUND'], JSON.stringify(reply.body))
  }
  const none = await sign(room.event({ content: text('x') }).pdu, undefined, 1)
  assert.deepEqual([none.status, none.body.errcode], [404, 'M_UNRECOGNIZED'])
})

test('a server that the room bars is not served', async () => {
  const acl = (deny: string[]) => alice.put(`${path()}/state/m.room.server_acl/`, { allow: ['*'], deny })
  await acl(['far.test'])
  const reply = await sign(room.event({ content: text('x') }).pdu)
  assert.deepEqual([reply.status, reply.body.errcode], [403, 'M_FORBIDDEN'])
  await acl([])
})

test('what arrives without a signature is shown only if it is wanted', async () => {
  const wanted = room.next({ content: text('unsigned but wanted') })
  await room.send(wanted)
  const spam = room.event({ content: text('buy blue pills') })
  await room.send(spam)
  const { rooms } = net.server(0).services
  const verdictOf = (eventId: string) =>
    eventually(async () => {
      const { verdict } = (await rooms.explainEvent(eventId)) ?? {}
      return verdict === 'accepted' || verdict === 'soft_failed' ? verdict : undefined
    })
  assert.equal(await verdictOf(wanted.eventId), 'accepted')
  assert.equal(await verdictOf(spam.eventId), 'soft_failed')
})

test('a flood is stopped, and who floods is told how long to wait', async () => {
  for (const user of [carol, bob]) {
    // As many as it takes: a slow machine regains some of its allowance meanwhile.
    let reply = await send(user, text('number 0'))
    for (let n = 1; reply.status === 200 && n < 200; n++) reply = await send(user, text(`number ${n}`))
    assert.deepEqual([reply.status, reply.body.errcode], [429, 'M_LIMIT_EXCEEDED'])
    assert.ok(reply.body.retry_after_ms > 0)
    assert.equal((await send(alice, text('a moderator'))).status, 200)
  }
})

test('the metrics count what it answered', async () => {
  const metrics = await (await fetch(`${net.server(0).baseUrl}/metrics`)).text()
  for (const outcome of ['signed', 'refused', 'limited'])
    assert.match(metrics, new RegExp(`^myelin_policy_answers_total\\{by="own",outcome="${outcome}"\\} [1-9]`, 'm'))
})
