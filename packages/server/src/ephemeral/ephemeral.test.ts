// Typing, receipts, markers and presence as other users see them in their syncs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '@myelin/protocol/errors'
import { openTestServer, say, type Answer, type Device, type TestServer } from '../sync/testing/open-sync.ts'

const code = (errcode: string) => (error: unknown) => error instanceof MatrixError && error.errcode === errcode

async function roomOfTwo(server: TestServer) {
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await server.rooms.create({ by: alice, request: { preset: 'public_chat' } })
  await server.rooms.join(roomId, { by: bob })
  return { alice, bob, roomId }
}
const ephemeral = (answer: Answer, roomId: string, type: string) =>
  answer.rooms?.join?.[roomId]?.ephemeral.events.find((event) => event.type === type)?.content

test('typing is seen by the other members, and so is its end', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  const { next_batch: since } = await server.poll(bob)
  const type = (typing: boolean) => server.ephemeral.setTyping(alice, { roomId, userId: alice.userId, typing })
  const waiting = server.poll(bob, { since, timeoutMs: 60_000 })
  await type(true)
  const started = await waiting
  assert.deepEqual(ephemeral(started, roomId, 'm.typing'), { user_ids: [alice.userId] })
  assert.deepEqual(ephemeral(await server.poll(bob), roomId, 'm.typing'), { user_ids: [alice.userId] })
  await type(false)
  const ended = await server.poll(bob, { since: started.next_batch })
  assert.deepEqual(ephemeral(ended, roomId, 'm.typing'), { user_ids: [] })
})

test('typing ends by itself', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  let since = (await server.poll(bob)).next_batch
  await server.ephemeral.setTyping(alice, { roomId, userId: alice.userId, typing: true, timeoutMs: 1 })
  for (let users: unknown = undefined; !(Array.isArray(users) && users.length === 0);) {
    const answer = await server.poll(bob, { since, timeoutMs: 60_000 })
    users = ephemeral(answer, roomId, 'm.typing')?.['user_ids']
    since = answer.next_batch
  }
  assert.deepEqual(server.ephemeral.typing.users(Number((await server.rooms.byId(roomId))?.nid)), [])
})

test('nobody types for others or where they are not', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  const carol = await server.device('carol')
  const typing = (by: Device, userId: string) => server.ephemeral.setTyping(by, { roomId, userId, typing: true })
  await assert.rejects(typing(alice, bob.userId), code('M_FORBIDDEN'))
  await assert.rejects(typing(carol, carol.userId), code('M_FORBIDDEN'))
})

test('a receipt is seen by all, a private one by its user alone', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  const phone = { ...bob, deviceNid: server.store.nextNid('devices') }
  const one = await say(server, roomId, alice, 'one')
  const two = await say(server, roomId, alice, 'two')
  const [ofAlice, ofBob] = [await server.poll(alice), await server.poll(phone)]
  await server.ephemeral.postReceipt(bob, { roomId, type: 'm.read.private', eventId: one })
  assert.equal((await server.poll(alice, { since: ofAlice.next_batch })).rooms, undefined)
  const seen = await server.poll(phone, { since: ofBob.next_batch })
  assert.deepEqual(Object.keys(ephemeral(seen, roomId, 'm.receipt') ?? {}), [one])
  assert.equal(seen.rooms?.join?.[roomId]?.unread_notifications.notification_count, 1)
  await server.ephemeral.postReceipt(bob, { roomId, type: 'm.read', eventId: two, threadId: 'main' })
  const content = ephemeral(await server.poll(alice, { since: ofAlice.next_batch }), roomId, 'm.receipt')
  const ofTwo = content?.[two] as Record<string, Record<string, { ts: number; thread_id: string }>> | undefined
  const receipt = ofTwo?.['m.read']?.[bob.userId]
  assert.equal(receipt?.thread_id, 'main')
  assert.equal(typeof receipt?.ts, 'number')
})

test('receipts with an empty thread, for unknown events or from outside are refused', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  const eventId = await say(server, roomId, alice, 'one')
  const carol = await server.device('carol')
  const post = (by: Device, request: object) =>
    server.ephemeral.postReceipt(by, { roomId, type: 'm.read', eventId, ...request })
  await assert.rejects(post(bob, { threadId: '' }), code('M_INVALID_PARAM'))
  await assert.rejects(post(bob, { type: 'm.fully_read', threadId: 'main' }), code('M_INVALID_PARAM'))
  await assert.rejects(post(bob, { eventId: '$nothing' }), code('M_NOT_FOUND'))
  await assert.rejects(post(carol, {}), code('M_FORBIDDEN'))
})

test('the fully-read marker is account data of the room', async () => {
  await using server = await openTestServer()
  const { alice, bob, roomId } = await roomOfTwo(server)
  const eventId = await say(server, roomId, alice, 'one')
  const { next_batch: since } = await server.poll(bob)
  await server.ephemeral.setReadMarkers(bob, roomId, { 'm.fully_read': eventId, 'm.read': eventId })
  const room = (await server.poll(bob, { since })).rooms?.join?.[roomId]
  assert.deepEqual(room?.account_data.events, [{ type: 'm.fully_read', content: { event_id: eventId } }])
  assert.equal(room?.unread_notifications.notification_count, 0)
  assert.equal((await server.poll(alice, { since })).rooms?.join?.[roomId]?.account_data.events.length, 0)
})

test('presence is told to those who share a room, and to no others', async () => {
  await using server = await openTestServer({ presence: true })
  const { alice, bob } = await roomOfTwo(server)
  const carol = await server.device('carol')
  const offline = { setPresence: 'offline' } as const
  const [ofBob, ofCarol] = [await server.poll(bob, offline), await server.poll(carol, offline)]
  await server.ephemeral.setPresence(alice, alice.userId, { presence: 'online', statusMsg: 'tea' })
  const events = (await server.poll(bob, { since: ofBob.next_batch, ...offline })).presence?.events ?? []
  assert.deepEqual(
    events.map(({ sender, content }) => [sender, content['presence'], content['status_msg']]),
    [[alice.userId, 'online', 'tea']],
  )
  assert.equal((await server.poll(carol, { since: ofCarol.next_batch, ...offline })).presence, undefined)
  assert.equal((await server.ephemeral.getPresence(bob, alice.userId)).currently_active, true)
  await assert.rejects(server.ephemeral.getPresence(carol, alice.userId), code('M_FORBIDDEN'))
  await assert.rejects(server.ephemeral.setPresence(bob, alice.userId, { presence: 'offline' }), code('M_FORBIDDEN'))
})

test('who comes to a room learns who is there', async () => {
  await using server = await openTestServer({ presence: true })
  const { alice, roomId } = await roomOfTwo(server)
  const carol = await server.device('carol')
  const offline = { setPresence: 'offline' } as const
  await server.ephemeral.setPresence(alice, alice.userId, { presence: 'online' })
  const { next_batch: since } = await server.poll(carol, offline)
  await server.rooms.join(roomId, { by: carol })
  const events = (await server.poll(carol, { since, ...offline })).presence?.events ?? []
  assert.ok(events.some((event) => event.sender === alice.userId && event.content['presence'] === 'online'))
})

test('a poll puts its user online unless it says otherwise', async () => {
  await using server = await openTestServer({ presence: true })
  const { alice, bob } = await roomOfTwo(server)
  const { next_batch: since } = await server.poll(bob, { setPresence: 'offline' })
  const waiting = server.poll(bob, { since, setPresence: 'offline', timeoutMs: 60_000 })
  await server.poll(alice)
  const events = (await waiting).presence?.events ?? []
  assert.deepEqual(
    events.map(({ sender, content }) => [sender, content['presence']]),
    [[alice.userId, 'online']],
  )
})

test('with presence switched off there is none', async () => {
  await using server = await openTestServer({ presence: false })
  const { alice, bob } = await roomOfTwo(server)
  await server.ephemeral.setPresence(alice, alice.userId, { presence: 'online' })
  assert.equal((await server.poll(bob)).presence, undefined)
  assert.deepEqual(await server.ephemeral.getPresence(bob, alice.userId), { presence: 'offline' })
})
