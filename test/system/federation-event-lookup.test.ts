// Single events that a reader asks for and that this server has not got: a reply's target, a link, a pinned message.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BuiltEvent } from '@myelin/algorithms/build-event'
import type { User } from './testing/api.ts'
import { beside } from './testing/beside.ts'
import { type Network } from './testing/network.ts'
import { PushedClock } from './testing/pushed-clock.ts'
import { type RemoteAnswer, type RemoteRoom, type RemoteServer } from './testing/remote-server.ts'

const clock = new PushedClock()
let net: Network
let alice: User
let remote: RemoteServer
beside(['far.test'], (opened) => ({ net, alice, remote } = opened), { environment: clock })

const message = (body: string) => ({ content: { msgtype: 'm.text', body } })
const topicBy = (sender: string) => ({ type: 'm.room.topic', state_key: '', sender, content: { topic: 'mine' } })

interface Past {
  readonly room: RemoteRoom
  readonly old: BuiltEvent
}

/** A room with a long past, of which alice's server has only what came since she joined. */
async function roomWithPast({ visibility = 'shared', later = 600 } = {}): Promise<Past> {
  const room = remote.createRoom(net.server(0), '11')
  const content = { history_visibility: visibility }
  room.next({ type: 'm.room.history_visibility', state_key: '', content })
  const stateIds = [...room.state.values()]
  const old = room.next(message('long ago'))
  for (let line = 0; line < later; line++) room.next(message(`line ${line}`))
  await alice.post(`/join/${encodeURIComponent(room.roomId)}?via=far.test`)
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: stateIds, auth_chain_ids: stateIds } }))
  remote.answers.set('backfill', (_, { url }) => backfilled(room, url))
  return { room, old }
}

function backfilled(room: RemoteRoom, url: string): RemoteAnswer {
  const waiting = new URL(url, 'https://far.test').searchParams.getAll('v')
  const found = new Map<string, string>()
  for (let id = waiting.shift(); id !== undefined && found.size < 100; id = waiting.shift()) {
    const event = remote.events.get(id)
    if (!event || found.has(id)) continue
    found.set(id, event.json)
    waiting.push(...room.referencesOf(event.pdu))
  }
  return { raw: `{"origin":"far.test","origin_server_ts":1,"pdus":[${[...found.values()].join(',')}]}` }
}

const look = (room: RemoteRoom, eventId: string, what = 'event') =>
  alice.call(`/rooms/${encodeURIComponent(room.roomId)}/${what}/${encodeURIComponent(eventId)}`)
const askedFor = (eventId: string) =>
  remote.seen.filter(({ url }) => url.includes('/event/') && url.includes(encodeURIComponent(eventId))).length

test('an old event that is not here is fetched, once, and has its context and its relations', async () => {
  const { room, old } = await roomWithPast()
  const { status, body } = await look(room, old.eventId)
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.content.body, 'long ago')
  const asked = remote.seen.length
  assert.equal((await look(room, old.eventId)).status, 200)
  assert.equal(remote.seen.length, asked)
  const context = await look(room, old.eventId, 'context')
  assert.equal(context.body.event.content.body, 'long ago')
  assert.ok(context.body.state.some(({ type }: { type: string }) => type === 'm.room.create'))
  const path = `/_matrix/client/v1/rooms/${encodeURIComponent(room.roomId)}/relations/${encodeURIComponent(old.eventId)}`
  assert.deepEqual((await alice.callAt(path)).body.chunk, [])
  const bodies = (await alice.history(room.roomId)).map(({ content }) => content.body)
  assert.equal(bodies.filter((each) => each === 'long ago').length, 1)
  assert.equal(bodies.indexOf('long ago') + 1, bodies.indexOf('line 0'))
  const timeline = (await alice.sync()).rooms.join[room.roomId].timeline.events
  assert.ok(!timeline.some(({ event_id: id }: { event_id: string }) => id === old.eventId))
})

test('events close to one that was looked up cost no other server anything, or one question without a state', async () => {
  const { room } = await roomWithPast()
  const line = (number: number) => {
    const found = [...remote.events.values()].find(
      ({ pdu }) => pdu['room_id'] === room.roomId && pdu.content['body'] === `line ${number}`,
    )
    assert.ok(found)
    return found.eventId
  }
  const bodyOf = async (number: number) => (await look(room, line(number))).body.content.body
  const states = () => remote.asked('state').filter((url) => url.includes(encodeURIComponent(room.roomId))).length
  assert.equal(await bodyOf(200), 'line 200')
  assert.equal(states(), 1)
  const asked = remote.seen.length
  for (const near of [199, 180, 155]) assert.equal(await bodyOf(near), `line ${near}`)
  assert.equal(remote.seen.length, asked)
  for (const after of [240, 280]) assert.equal(await bodyOf(after), `line ${after}`)
  assert.equal(remote.seen.length, asked + 2)
  assert.equal(states(), 1)
})

test('a state event that is here as part of the state alone is found too', async () => {
  const { room } = await roomWithPast()
  const eventId = room.state.get('m.room.power_levels ') ?? ''
  const { status, body } = await look(room, eventId)
  assert.equal(status, 200, JSON.stringify(body))
  assert.equal(body.type, 'm.room.power_levels')
  assert.equal(askedFor(eventId), 0)
})

test('the context of an event that is not far away has the events around it', async () => {
  const { room, old } = await roomWithPast({ later: 150 })
  const { body } = await look(room, old.eventId, 'context')
  assert.equal(body.event.content.body, 'long ago')
  assert.equal(body.events_after[0].content.body, 'line 0')
})

test('what was hidden from the reader is not found', async () => {
  const { room, old } = await roomWithPast({ visibility: 'joined', later: 5 })
  assert.equal((await look(room, old.eventId)).body.errcode, 'M_NOT_FOUND')
  assert.equal((await look(room, old.eventId, 'context')).body.errcode, 'M_NOT_FOUND')
})

test('what nobody has, is of another room, or was not allowed is not found, and is not asked for in a loop', async () => {
  const { room } = await roomWithPast({ later: 5 })
  const other = remote.createRoom(net.server(0), '11')
  const nobody = `$${'a'.repeat(43)}`
  const elsewhere = other.event(message('elsewhere')).eventId
  const intruder = room.event(topicBy('@intruder:far.test')).eventId
  for (const eventId of [nobody, elsewhere, intruder])
    for (let tries = 0; tries < 3; tries++) {
      const { status, body } = await look(room, eventId)
      assert.equal(status, 404)
      assert.equal(body.errcode, 'M_NOT_FOUND')
      assert.equal(askedFor(eventId), 1)
    }
  assert.equal((await look(room, '$no-event-id')).status, 404)
  assert.equal(askedFor('$no-event-id'), 0)
})

test('who asks a server that does not answer is answered before long', async () => {
  const { room } = await roomWithPast({ later: 5 })
  remote.answers.set('event/', () => 'never')
  assert.equal((await clock.within(10_000, look(room, `$${'b'.repeat(43)}`))).status, 404)
  remote.answers.delete('event/')
  remote.hangUp()
})
