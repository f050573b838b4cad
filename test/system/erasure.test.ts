// Who deactivates their account and asks for erasure: who comes into their rooms later, user or server, gets of what they
// said no more than a redaction leaves. https://spec.matrix.org/v1.19/client-server-api/#account-deactivation
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'

let net: Network
let alice: User
let bob: User
let carol: User
let dave: User
let zoe: User
let roomId: string
let said: string
before(async () => {
  net = await Network.create(3)
  alice = await net.server(0).user('alice')
  bob = await net.server(0).user('bob')
  carol = await net.server(0).user('carol')
  dave = await net.server(0).user('dave')
  zoe = await net.server(1).user('zoe')
  roomId = await alice.createRoom({ preset: 'public_chat' })
  await bob.put(`/profile/${encodeURIComponent(bob.userId)}/displayname`, { displayname: 'Bob the Builder' })
  await bob.join(roomId)
  said = await bob.say(roomId, 'my address is Elm Street')
  const relation = { rel_type: 'm.thread', event_id: said }
  const reply = { msgtype: 'm.text', body: 'in Elm Street, too', 'm.relates_to': relation }
  await bob.put(`${path()}/send/m.room.message/1`, reply)
  await alice.say(roomId, 'noted')
  await Promise.all([carol.join(roomId), joinFrom(zoe)])
  const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'bob' }, password: 'bob password' }
  await bob.post('/account/deactivate', { auth, erase: true })
  await dave.join(roomId)
  await carol.put(`/profile/${encodeURIComponent(carol.userId)}/displayname`, { displayname: 'Carol' })
})
after(() => net[Symbol.asyncDispose]())

const path = () => `/rooms/${encodeURIComponent(roomId)}`
const joinFrom = (user: User) => user.post(`/join/${encodeURIComponent(roomId)}?via=hs1.test`)
const read = async (user: User) => JSON.stringify(await user.history(roomId))

test('who was in the room when the account was erased reads on what was said', async () => {
  for (const user of [alice, carol]) assert.match(await read(user), /my address is Elm Street/)
})

test('who comes later gets what a redaction leaves, by every way to read', async () => {
  const history = await dave.history(roomId)
  const event = history.find((each) => each.event_id === said)
  assert.deepEqual([event.type, event.sender, event.content], ['m.room.message', bob.userId, {}])
  assert.ok(history.some(({ content }) => content.body === 'noted'))
  const ways = [
    `${path()}/messages?dir=f&limit=100`,
    `${path()}/event/${encodeURIComponent(said)}`,
    `${path()}/context/${encodeURIComponent(said)}`,
    `${path()}/members`,
    '/sync?filter={"room":{"timeline":{"limit":50}}}',
  ]
  const answers = await Promise.all(ways.map((way) => dave.get(way)))
  for (const way of [`/relations/${encodeURIComponent(said)}`, '/threads'])
    answers.push((await dave.callAt(`/_matrix/client/v1${path()}${way}`)).body)
  for (const answer of answers) assert.doesNotMatch(JSON.stringify(answer), /Elm Street|the Builder/)
  assert.equal(answers[1].content.body, undefined)
})

test('the same after a restart', async () => {
  await net.server(0).stop()
  await net.server(0).start()
  alice = alice.at(net.server(0).baseUrl)
  dave = dave.at(net.server(0).baseUrl)
  assert.match(await read(alice), /Elm Street/)
  assert.doesNotMatch(await read(dave), /Elm Street|the Builder/)
})

test('a server that comes later gets no more, one that was there before does', async () => {
  const yan = await net.server(2).user('yan')
  await joinFrom(yan)
  const isHere = async (user: User) => ((await read(user)).includes('noted') ? true : undefined)
  await eventually(() => isHere(yan))
  assert.doesNotMatch(await read(yan), /Elm Street/)
  await eventually(() => isHere(zoe))
  assert.match(await read(zoe), /my address is Elm Street/)
})
