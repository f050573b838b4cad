// Servers that lie about the past of a room, or say nothing: only what really was is shown, and nobody waits for long.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BuiltEvent } from '@myelin/algorithms/build-event'
import type { User } from './testing/api.ts'
import { Network } from './testing/network.ts'
import { type RemoteAnswer, type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

let net: Network
let alice: User
let remote: RemoteServer
before(async () => {
  net = await Network.create(1, ['evil.test'])
  alice = await net.server(0).user('alice')
  remote = await RemoteServer.start(net, 'evil.test')
})
after(async () => {
  await remote[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const message = (body: string) => ({ content: { msgtype: 'm.text', body } })
const pdus = (...texts: readonly string[]): RemoteAnswer => ({
  raw: `{"origin":"evil.test","origin_server_ts":1,"pdus":[${texts.join(',')}]}`,
})
const said = async (roomId: string) =>
  (await alice.history(roomId)).filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body)

/** A room of the other server with some history, which alice joins. */
async function roomWithPast(
  more: (room: RemoteRoom) => BuiltEvent[] = () => [],
): Promise<{ room: RemoteRoom; past: BuiltEvent[] }> {
  const room = remote.createRoom(net.server(0), '11')
  const stateIds = [...room.state.values()]
  const past = ['one', 'two', 'three'].map((body) => room.next(message(body)))
  past.push(...more(room))
  await alice.post(`/join/${encodeURIComponent(room.roomId)}?via=evil.test`)
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: stateIds, auth_chain_ids: stateIds } }))
  return { room, past }
}

test('of what a server gives as history, what is signed, connected and allowed is taken', async () => {
  const { room, past } = await roomWithPast()
  const other = remote.createRoom(net.server(0), '11')
  const apart = room.event({ ...message('not connected'), depth: 2 })
  const { signatures: _, ...unsigned } = room.event(message('unsigned')).pdu
  const foreign = room.event({ ...message('of somebody else'), sender: alice.userId })
  const elsewhere = other.event(message('of another room'))
  const garbage = ['{}', '{"room_id":7}']
  const texts = [apart, foreign, elsewhere, ...past.toReversed()].map(({ json }) => json)
  remote.answers.set('backfill', () => pdus(...garbage, JSON.stringify(unsigned), ...texts))
  assert.deepEqual(await said(room.roomId), ['one', 'two', 'three'])
  const sent = room.event(message('still alive'))
  assert.deepEqual(await room.send(sent), { [sent.eventId]: {} })
})

test('an event that was not allowed then is not shown, and those after it are', async () => {
  const { room, past } = await roomWithPast((made) => {
    const topic = { type: 'm.room.topic', state_key: '', content: { topic: 'taken over' } }
    const intruder = made.event({ ...topic, sender: '@nobody:evil.test' })
    made.last = intruder.eventId
    return [intruder, made.next(message('after it'))]
  })
  remote.answers.set('backfill', () => pdus(...past.toReversed().map(({ json }) => json)))
  assert.deepEqual(await said(room.roomId), ['one', 'two', 'three', 'after it'])
  const topics = (await alice.history(room.roomId)).filter(({ type }) => type === 'm.room.topic')
  assert.deepEqual(topics, [])
})

test('a server that does not answer, or has nothing, keeps no reader waiting for long', async () => {
  const { room } = await roomWithPast()
  const messages = () => alice.get(`/rooms/${encodeURIComponent(room.roomId)}/messages?dir=b&limit=10`)
  remote.answers.set('backfill', () => 'never')
  const started = performance.now()
  const page = await messages()
  assert.ok(performance.now() - started < 10_000)
  assert.ok(page.end !== undefined, 'there may be more')
  remote.hangUp()
  assert.equal(page.chunk.length, 1)
})
