// Rooms with a policy server: it is asked before an event is sent, and what it does not recommend is not shown.
// https://spec.matrix.org/v1.19/server-server-api/#policy-servers
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encodeBase64 } from '@myelin/algorithms/base64'
import type { Pdu } from '@myelin/algorithms/event'
import { addEventSignature, signatureOf, signingKeyFromSeed } from '@myelin/algorithms/signatures'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { RemoteServer, type RemoteRoom } from './testing/remote-server.ts'

const policyKey = signingKeyFromSeed('ed25519:policy_server', new Uint8Array(32).fill(9))

let net: Network
let alice: User
let policy: RemoteServer
let remote: RemoteServer
let room: RemoteRoom
let roomId: string
const asked: Pdu[] = []

before(async () => {
  net = await Network.create(1, ['policy.test', 'far.away.test'])
  alice = await net.server(0).user('alice')
  policy = await RemoteServer.start(net, 'policy.test')
  remote = await RemoteServer.start(net, 'far.away.test')
  policy.answers.set('policy/v1/sign', (_, { body }) => {
    const pdu = JSON.parse(body) as Pdu
    asked.push(pdu)
    if (JSON.stringify(pdu.content).includes('spam'))
      return { status: 400, body: { errcode: 'M_FORBIDDEN', error: 'This looks like spam' } }
    const signed = addEventSignature(pdu, room.rules, { serverName: 'policy.test', key: policyKey })
    return { body: { 'policy.test': (signed.signatures as Record<string, unknown>)['policy.test'] } }
  })
  roomId = await alice.createRoom({ preset: 'public_chat', room_version: '11' })
  room = await remote.join(net.server(0), roomId)
  room.servesHistory()
})
after(async () => {
  for (const each of [policy, remote]) await each[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const path = () => `/rooms/${encodeURIComponent(roomId)}`
const rooms = () => net.server(0).services.rooms

const setPolicy = (content: object) => alice.put(`${path()}/state/m.room.policy/`, content)
const named = { via: 'policy.test', public_keys: { ed25519: encodeBase64(policyKey.publicKey) } }

test('a policy server without a user in the room is not asked', async () => {
  await setPolicy(named)
  await alice.say(roomId, 'spam, but nobody looks')
  assert.equal(asked.length, 0)
})

test('what is sent from here carries its signature; what it refuses is refused to the client in its words', async () => {
  await policy.join(net.server(0), roomId, 'moderator')
  const eventId = await alice.say(roomId, 'hello')
  const stored = (await rooms().byId(roomId))?.eventById(eventId)
  assert.ok(signatureOf(JSON.parse(stored?.json ?? '{}'), 'policy.test', 'ed25519:policy_server'))
  const refused = await alice.call(`${path()}/send/m.room.message/1`, { method: 'PUT', body: { body: 'spam' } })
  assert.deepEqual([refused.status, refused.body], [400, { errcode: 'M_FORBIDDEN', error: 'This looks like spam' }])
  assert.ok(!(await alice.history(roomId)).some(({ content }) => content.body === 'spam'))
})

test('several send at once, and all of it is signed', async () => {
  const ids = await Promise.all(Array.from({ length: 10 }, (_, n) => alice.say(roomId, `at once ${n}`)))
  const history = new Set((await alice.history(roomId)).map((event) => event['event_id']))
  assert.ok(ids.every((eventId) => history.has(eventId)))
})

test('what another server sends is asked for if it is not signed, and not shown unless it is', async () => {
  const recommended = room.next({ content: { msgtype: 'm.text', body: 'unsigned but good' } })
  await room.send(recommended)
  const found = await eventually(async () => {
    const event = await rooms().explainEvent(recommended.eventId)
    return event?.verdict === 'accepted' ? event : undefined
  })
  assert.ok(found)
  const already = room.next({ content: { msgtype: 'm.text', body: 'signed already' } })
  const signed = addEventSignature(already.pdu, room.rules, { serverName: 'policy.test', key: policyKey })
  const before = asked.length
  assert.deepEqual(await remote.send(net.server(0), [JSON.stringify(signed)]), { [already.eventId]: {} })
  assert.equal((await rooms().explainEvent(already.eventId))?.verdict, 'accepted')
  assert.equal(asked.length, before)
  const spam = room.event({ content: { msgtype: 'm.text', body: 'spam' } })
  await room.send(spam)
  const why = await eventually(async () => {
    const event = await rooms().explainEvent(spam.eventId)
    return event?.verdict === 'soft_failed' ? event : undefined
  })
  assert.equal(why.rule, 'policy')
  const bodies = new Set((await alice.history(roomId)).map(({ content }) => content.body))
  assert.ok(bodies.has('unsigned but good') && bodies.has('signed already') && !bodies.has('spam'))
})

test('the metrics count what it answered', async () => {
  policy.answers.set('policy/v1/sign', () => ({ status: 429, body: { errcode: 'M_LIMIT_EXCEEDED', error: 'Slowly' } }))
  const limited = await alice.call(`${path()}/send/m.room.message/2`, { method: 'PUT', body: { body: 'more' } })
  assert.equal(limited.status, 429)
  const metrics = await (await fetch(`${net.server(0).baseUrl}/metrics`)).text()
  const counted = metrics.match(/^myelin_policy_answers_total\{.*$/gm)
  assert.deepEqual(counted, [
    'myelin_policy_answers_total{by="other",outcome="signed"} 12',
    'myelin_policy_answers_total{by="other",outcome="refused"} 2',
    'myelin_policy_answers_total{by="other",outcome="limited"} 1',
  ])
})

test('a room without it is judged by the rules alone again', async () => {
  await setPolicy({})
  const event = room.next({ content: { msgtype: 'm.text', body: 'spam again' } })
  assert.deepEqual(await room.send(event), { [event.eventId]: {} })
  assert.ok((await alice.history(roomId)).some(({ content }) => content.body === 'spam again'))
})
