// What servers tell each other beside events: whole servers over TLS, and a server that says what it may not.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sendTransaction } from '@myelin/protocol/server-server/transactions'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { RemoteServer } from './testing/remote-server.ts'

let net: Network
let alice: User
let bob: User
let roomId: string
before(async () => {
  net = await Network.create(2, ['far.test'])
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
  roomId = await sharedRoom()
})
after(() => net[Symbol.asyncDispose]())

async function sharedRoom(): Promise<string> {
  const shared = await alice.createRoom({ preset: 'public_chat' })
  await bob.post(`/join/${encodeURIComponent(shared)}?via=hs1.test`)
  await eventually(async () => {
    const { joined } = await alice.get(`/rooms/${encodeURIComponent(shared)}/joined_members`)
    return bob.userId in joined ? true : undefined
  })
  return shared
}

/** The content of the newest ephemeral event of a type, as a user sees it in a whole sync. */
async function shown(user: User, type: string, inRoom = roomId) {
  const events = (await user.sync()).rooms?.join?.[inRoom]?.ephemeral.events ?? []
  return events.find((event: { type: string }) => event.type === type)?.content
}

/** Sends EDUs as hs2.test, whatever they are; the transaction is taken. */
async function fromHs2(...edus: unknown[]): Promise<void> {
  const body = { origin: 'hs2.test', origin_server_ts: Date.now(), pdus: [], edus }
  const path = { txnId: crypto.randomUUID() }
  assert.deepEqual(await net.server(1).services.federation.peers.call('hs1.test', sendTransaction, { path, body }), {
    pdus: {},
  })
}

const typing = (user: User, isTyping: boolean) =>
  user.put(`/rooms/${encodeURIComponent(roomId)}/typing/${encodeURIComponent(user.userId)}`, {
    typing: isTyping,
    timeout: 60_000,
  })

const typists = (user: User, wanted: readonly string[]) =>
  eventually(async () => {
    const content = await shown(user, 'm.typing')
    return JSON.stringify(content?.user_ids ?? []) === JSON.stringify(wanted) ? true : undefined
  })

test('who types is seen on the other server, until the end', async () => {
  await typing(bob, true)
  await typists(alice, [bob.userId])
  await typing(bob, false)
  await typists(alice, [])
})

test('typing is believed of a server’s own users in rooms they are in, and of no others', async () => {
  const elsewhere = await alice.createRoom({ preset: 'public_chat' })
  const typingEdu = (content: object) => ({ edu_type: 'm.typing', content })
  const said = { room_id: roomId, user_id: bob.userId, typing: true }
  await fromHs2(
    typingEdu({ ...said, user_id: alice.userId }),
    typingEdu({ ...said, user_id: '@stranger:hs2.test' }),
    typingEdu({ ...said, room_id: elsewhere }),
    typingEdu({ ...said, room_id: '!nowhere:hs1.test' }),
    typingEdu({ ...said, typing: 'yes' }),
    typingEdu({}),
    { edu_type: 'm.typing', content: 7 },
    { edu_type: 'org.example.unknown', content: {} },
    ...[null, 'm.typing', [], { content: {} }, { edu_type: 3, content: {} }],
  )
  assert.equal(await shown(alice, 'm.typing'), undefined)
  assert.equal(await shown(alice, 'm.typing', elsewhere), undefined)
  await fromHs2({ edu_type: 'm.typing' }, typingEdu(said))
  await typists(alice, [bob.userId])
  await fromHs2(typingEdu({ ...said, typing: false }))
})

test('a server that a room bars neither types nor reads in it', async () => {
  const barred = await sharedRoom()
  const said = await alice.say(barred, 'read this')
  await alice.put(`/rooms/${encodeURIComponent(barred)}/state/m.room.server_acl/`, { allow: ['*'], deny: ['hs2.test'] })
  const content = { room_id: barred, user_id: bob.userId, typing: true }
  const receipt = { [barred]: { 'm.read': { [bob.userId]: { event_ids: [said], data: { ts: 1 } } } } }
  await fromHs2({ edu_type: 'm.typing', content }, { edu_type: 'm.receipt', content: receipt })
  assert.equal(await shown(alice, 'm.typing', barred), undefined)
  assert.equal(await shown(alice, 'm.receipt', barred), undefined)
})

const receiptsOf = async (user: User, eventId: string) => (await shown(user, 'm.receipt'))?.[eventId]?.['m.read'] ?? {}

const read = (user: User, eventId: string, { type = 'm.read', ...body } = {}) =>
  user.post(`/rooms/${encodeURIComponent(roomId)}/receipt/${type}/${encodeURIComponent(eventId)}`, body)

const heardBy = (user: User, eventId: string) =>
  eventually(async () => (await user.history(roomId)).find(({ event_id }) => event_id === eventId))

test('a public receipt is seen on the other server, a private one is not', async () => {
  const first = await alice.say(roomId, 'read this')
  const second = await alice.say(roomId, 'and this, in private')
  await heardBy(bob, second)
  await read(bob, second, { type: 'm.read.private' })
  await read(bob, first)
  const seen = await eventually(async () => (await receiptsOf(alice, first))[bob.userId])
  assert.equal(typeof seen.ts, 'number')
  assert.equal(JSON.stringify(await shown(alice, 'm.receipt')).includes(second), false)
  await read(bob, second, { thread_id: 'main' } as object)
  const threaded = await eventually(async () => (await receiptsOf(alice, second))[bob.userId])
  assert.equal(threaded.thread_id, 'main')
})

test('a receipt counts for the sending server’s users where they are, and takes no other with it when it does not', async () => {
  const eventId = await alice.say(roomId, 'receipts, please')
  const elsewhere = await alice.createRoom({ preset: 'public_chat' })
  const there = await alice.say(elsewhere, 'not yours')
  const receipt = (id: unknown, data: unknown = { ts: 5 }) => ({ event_ids: [id], data })
  const bad = {
    [alice.userId]: receipt(eventId),
    '@stranger:hs2.test': receipt(eventId),
    'no user': receipt(eventId),
  }
  const edu = (content: unknown) => ({ edu_type: 'm.receipt', content })
  await fromHs2(
    edu({ [roomId]: { 'm.read': { [bob.userId]: receipt('$unknown') }, 'm.read.private': {} }, '!x:y': 3 }),
    edu({ [roomId]: { 'm.read': { [bob.userId]: receipt(eventId, { ts: 1, thread_id: '$no-thread' }) } } }),
    edu({ [roomId]: { 'm.read': { [bob.userId]: { event_ids: 'x', data: [] } } } }),
    edu({ [roomId]: { 'm.read.private': { [bob.userId]: receipt(eventId) } } }),
    edu({ [roomId]: { 'm.read': [] } }),
    edu({ [elsewhere]: { 'm.read': { [bob.userId]: receipt(there) } } }),
    edu({ [roomId]: { 'm.read': bad } }),
    edu(7),
  )
  assert.deepEqual(await receiptsOf(alice, eventId), {})
  assert.equal(await shown(alice, 'm.receipt', elsewhere), undefined)
  await fromHs2(edu({ [roomId]: { 'm.read': { ...bad, [bob.userId]: receipt(eventId) } } }))
  assert.deepEqual(await receiptsOf(alice, eventId), { [bob.userId]: { ts: 5 } })
})

test('a receipt that comes before its event counts once that is here', async () => {
  await using far = await RemoteServer.start(net, 'far.test')
  const shared = await alice.createRoom({ preset: 'public_chat', room_version: '11' })
  const room = await far.join(net.server(0), shared)
  const event = room.next()
  const receipt = { data: { ts: 7 }, event_ids: [event.eventId] }
  const edu = { edu_type: 'm.receipt', content: { [shared]: { 'm.read': { [room.userId]: receipt } } } }
  const body = JSON.stringify({ origin: 'far.test', origin_server_ts: 1, pdus: [], edus: [edu] })
  const path = '/_matrix/federation/v1/send/early'
  assert.equal((await far.call(net.server(0), 'PUT', path, body)).status, 200)
  assert.equal(await shown(alice, 'm.receipt', shared), undefined)
  await room.send(event)
  const seen = await eventually(() => shown(alice, 'm.receipt', shared))
  assert.deepEqual(seen, { [event.eventId]: { 'm.read': { [room.userId]: { ts: 7 } } } })
})

const presenceOf = async (user: User, of: User) =>
  (await user.call(`/presence/${encodeURIComponent(of.userId)}/status`)).body

test('who is online is seen by those who share a room, on other servers too', async () => {
  await bob.put(`/presence/${encodeURIComponent(bob.userId)}/status`, { presence: 'unavailable', status_msg: 'lunch' })
  const seen = await eventually(async () => {
    const content = await presenceOf(alice, bob)
    return content.status_msg === 'lunch' ? content : undefined
  })
  assert.equal(seen.presence, 'unavailable')
  await eventually(async () => {
    const events: { sender: string; content: { status_msg?: string } }[] = (await alice.sync()).presence?.events ?? []
    return events.find(({ sender }) => sender === bob.userId)?.content.status_msg === 'lunch' ? true : undefined
  })
  const carol = await net.server(0).user('carol')
  await carol.put(`/presence/${encodeURIComponent(carol.userId)}/status`, { presence: 'online', status_msg: 'new' })
  await carol.join(roomId)
  await eventually(async () => ((await presenceOf(bob, carol)).status_msg === 'new' ? true : undefined))
})

test('presence is believed of a server’s own users alone, in rooms that are shared', async () => {
  const dave = await net.server(1).user('dave')
  const edu = (content: unknown) => ({ edu_type: 'm.presence', content })
  const update = (user_id: unknown, more: object = {}) => ({
    ...{ user_id, presence: 'online', last_active_ago: 10, status_msg: 'forged' },
    ...more,
  })
  await fromHs2(
    edu({ push: [update(alice.userId), update(dave.userId), update(7), null, update(bob.userId, { presence: 7 })] }),
    edu({ push: 'everybody' }),
    edu({}),
  )
  for (const user of [alice, bob]) assert.notEqual((await presenceOf(alice, user)).status_msg, 'forged')
  assert.equal((await net.server(0).services.ephemeral.presence.content(0)).presence, 'offline')
  await fromHs2(
    edu({ push: [update(7), update(bob.userId, { status_msg: 'x'.repeat(1000), last_active_ago: -1e300 })] }),
  )
  const { presence, status_msg } = await presenceOf(alice, bob)
  assert.deepEqual({ presence, status_msg }, { presence: 'online', status_msg: undefined })
})

test('presence of a user of whom no activity is known is taken all the same', async () => {
  const push = [{ user_id: bob.userId, presence: 'unavailable', status_msg: 'never seen' }]
  await fromHs2({ edu_type: 'm.presence', content: { push } })
  const { presence, status_msg } = await presenceOf(alice, bob)
  assert.deepEqual({ presence, status_msg }, { presence: 'unavailable', status_msg: 'never seen' })
})

test('who comes into a room learns who is there', async () => {
  const erin = await net.server(0).user('erin')
  await erin.put(`/presence/${encodeURIComponent(erin.userId)}/status`, { presence: 'online', status_msg: 'waiting' })
  const hall = await erin.createRoom({ preset: 'public_chat' })
  await bob.post(`/join/${encodeURIComponent(hall)}?via=hs1.test`)
  await eventually(async () => ((await presenceOf(bob, erin)).status_msg === 'waiting' ? true : undefined))
})

test('a transaction of more than 100 EDUs is refused', async () => {
  const many = Array.from({ length: 101 }, () => ({ edu_type: 'm.typing', content: {} }))
  await assert.rejects(fromHs2(...many), /100 EDUs/)
})
