// A server that sends more than its share, or answers later than it could: what others say is not held up by it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { longBodyBytesMin, longBodyElementBytesMax, recoveriesPerServerMax } from '@myelin/server/federation-limits'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { RemoteServer, type RemoteRoom } from './testing/remote-server.ts'

let net: Network
let alice: User
let evil: RemoteServer
let other: RemoteServer

before(async () => {
  net = await Network.create(1, ['evil.test', 'other.test'])
  alice = await net.server(0).user('alice')
  evil = await RemoteServer.start(net, 'evil.test')
  other = await RemoteServer.start(net, 'other.test')
})
after(async () => {
  for (const each of [evil, other, net]) await each[Symbol.asyncDispose]()
})

async function joinedBy(remote: RemoteServer): Promise<RemoteRoom> {
  return remote.join(net.server(0), await alice.createRoom({ preset: 'public_chat', room_version: '11' }))
}

const isShown = (roomId: string, eventId: string) => async () =>
  (await alice.history(roomId)).some((event) => event['event_id'] === eventId) || undefined

test('a server that answers nothing about many rooms holds up no room of another', async () => {
  const room = await joinedBy(other)
  room.servesHistory()
  evil.answers.set('get_missing_events', () => 'never')
  const rooms = await Promise.all(Array.from({ length: 24 }, () => joinedBy(evil)))
  const sent = rooms.map((each, n) =>
    each.event({ prev_events: Array.from({ length: 20 }, (_, m) => `$nowhere-${n}-${m}`) }),
  )
  await evil.send(
    net.server(0),
    sent.map(({ json }) => json),
  )
  room.next()
  const late = room.next()
  await room.send(late)
  await eventually(isShown(room.roomId, late.eventId))
  assert.ok(evil.asked('get_missing_events').length <= recoveriesPerServerMax)
  evil.answers.delete('get_missing_events')
  evil.hangUp()
})

test('a long transaction is taken, but for what in it is longer than anything may be', async () => {
  const room = await joinedBy(other)
  const events = Array.from({ length: 50 }, () => room.next({ content: { body: 'long '.repeat(1000) } }))
  const typing = { edu_type: 'm.typing', content: { room_id: room.roomId, user_id: room.userId, typing: true } }
  const long = { edu_type: 'm.typing', content: { ...typing.content, x: 'x'.repeat(longBodyElementBytesMax) } }
  const pdus = events.map(({ json }) => json).join(',')
  const body = `{"edus":[${JSON.stringify(long)},${JSON.stringify(typing)}],"origin":"other.test","origin_server_ts":1,"pdus":[${pdus}]}`
  assert.ok(body.length > longBodyBytesMin)
  const answer = await other.call(net.server(0), 'PUT', '/_matrix/federation/v1/send/long', body)
  assert.deepEqual(answer.body, { pdus: Object.fromEntries(events.map(({ eventId }) => [eventId, {}])) })
  const { rooms } = await alice.sync()
  const shown = rooms?.join?.[room.roomId]?.ephemeral.events.find((each: { type: string }) => each.type === 'm.typing')
  assert.deepEqual(shown?.content, { user_ids: [room.userId] })
})
