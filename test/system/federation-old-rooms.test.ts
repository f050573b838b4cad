// Rooms of versions 1 and 2 and others that are only joined: ids chosen by their senders, references with hashes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { User } from './testing/api.ts'
import { beside } from './testing/beside.ts'
import { eventually, type Network } from './testing/network.ts'
import { type RemoteServer } from './testing/remote-server.ts'

let net: Network
let alice: User
let remote: RemoteServer

beside(['old.test'], (opened) => ({ net, alice, remote } = opened))

const path = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`

/** Events that the remote server was sent for a room. */
const heard = (roomId: string) =>
  remote.seen
    .filter(({ url }) => url.includes('/send/'))
    .flatMap(({ body }) => (JSON.parse(body) as { pdus: Record<string, unknown>[] }).pdus)
    .filter((pdu) => pdu['room_id'] === roomId)

for (const version of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'])
  test(`a room of version ${version} is joined, and both servers speak and change its state`, async () => {
    const room = remote.createRoom(net.server(0), version)
    room.servesHistory()
    await alice.post(`/join/${encodeURIComponent(room.roomId)}?via=old.test`)
    const greeting = room.next({ content: { msgtype: 'm.text', body: 'welcome' } })
    assert.deepEqual(await room.send(greeting), { [greeting.eventId]: {} })
    const answer = await alice.say(room.roomId, 'thank you')
    const reply = await eventually(async () => heard(room.roomId).find(({ type }) => type === 'm.room.message'))
    assert.deepEqual(room.referencesOf(reply), [room.last])
    assert.equal(room.rules.eventIdFormat === 'opaque' ? reply['event_id'] : answer, answer)
    const named = room.next({ type: 'm.room.name', state_key: '', content: { name: 'Old room' } })
    await room.send(named)
    assert.deepEqual(await alice.get(`${path(room.roomId)}/state/m.room.name`), { name: 'Old room' })
    const history = await alice.history(room.roomId)
    assert.deepEqual(
      history.filter(({ type }) => type === 'm.room.message').map(({ event_id: id }) => id),
      [greeting.eventId, answer],
    )
    await alice.put(`${path(room.roomId)}/redact/${encodeURIComponent(answer)}/1`, {})
    await eventually(async () => heard(room.roomId).find(({ type }) => type === 'm.room.redaction'))
    await alice.post(`${path(room.roomId)}/leave`)
  })

test('circles of events, which old rooms allow, end', async () => {
  const room = remote.createRoom(net.server(0), '1')
  room.servesHistory()
  await alice.post(`/join/${encodeURIComponent(room.roomId)}?via=old.test`)
  const state = [...room.state.values()]
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: state, auth_chain_ids: state } }))
  const id = (name: string) => `$${name}:old.test`
  const first = room.event({ event_id: id('first'), prev_events: room.references([id('second')]) })
  const second = room.event({ event_id: id('second'), prev_events: room.references([id('first')]) })
  const self = room.event({ event_id: id('self'), prev_events: room.references([id('self')]) })
  await room.send(first)
  await room.send(self)
  const cited = room.event({ event_id: id('cited'), type: 'a', auth_events: room.references([id('citing')]) })
  const citing = room.event({ event_id: id('citing'), type: 'b', auth_events: room.references([id('cited')]) })
  remote.answers.set('event_auth', () => ({ body: { auth_chain: [cited.pdu, citing.pdu] } }))
  await room.send(cited)
  await eventually(async () => (net.server(0).services.rooms.stagedEvents.size === 0 ? true : undefined))
  const { rooms } = net.server(0).services
  for (const { eventId } of [first, second, self, cited, citing])
    assert.notEqual((await rooms.explainEvent(eventId))?.verdict, 'waiting')
  const why = await rooms.explainEvent(cited.eventId)
  assert.equal(why?.verdict, 'rejected', JSON.stringify(why))
  const honest = room.event()
  assert.deepEqual(await room.send(honest), { [honest.eventId]: {} })
})
