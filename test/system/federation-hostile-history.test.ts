// Servers that lie about the past of a room, or say nothing: only what really was is shown, and nobody waits for long.
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
beside(['evil.test'], (opened) => ({ net, alice, remote } = opened), { environment: clock })

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

test('an event of the past may follow more events than one of today', async () => {
  const { room, past } = await roomWithPast((made) => {
    const forks = Array.from({ length: 21 }, (_, fork) => made.event({ type: 'm.fork', content: { fork } }))
    const prev_events = made.references(forks.map(({ eventId }) => eventId))
    const merge = made.event({ ...message('together'), prev_events, depth: made.depth + 2 })
    made.follow(merge)
    return [...forks, merge]
  })
  remote.answers.set('backfill', () => pdus(...past.toReversed().map(({ json }) => json)))
  assert.deepEqual(await said(room.roomId), ['one', 'two', 'three', 'together'])
  const many = room.event({ ...message('too many'), prev_events: past.map(({ eventId }) => eventId).slice(0, 21) })
  assert.deepEqual(await room.send(many), {}, 'it is no event')
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
  const page = await clock.within(10_000, messages())
  assert.ok(page.end !== undefined, 'there may be more')
  remote.hangUp()
  assert.equal(page.chunk.length, 1)
})

/** The events before some, the latest first, a hundred at most. */
function backfilled(room: RemoteRoom, url: string): RemoteAnswer {
  const waiting = new URL(url, 'https://evil.test').searchParams.getAll('v')
  const found = new Map<string, string>()
  for (let id = waiting.shift(); id !== undefined && found.size < 100; id = waiting.shift()) {
    const event = remote.events.get(id)
    if (!event || found.has(id)) continue
    found.set(id, event.json)
    waiting.push(...room.referencesOf(event.pdu))
  }
  return pdus(...found.values())
}

/** Two messages that follow the same event, and one that follows both. */
function diamond(room: RemoteRoom): void {
  const sides = ['left', 'right'].map((body) => room.event(message(body)).eventId)
  room.depth += 1
  room.next({ ...message('both'), prev_events: room.references(sides) })
}

const stateAsked = (room: RemoteRoom) =>
  remote.asked('state').filter((url) => url.includes(encodeURIComponent(room.roomId))).length

test('the state before what is fetched is asked for only where it does not follow from what is here', async () => {
  const rename = (room: RemoteRoom, displayname: string) =>
    room.next({ type: 'm.room.member', state_key: room.userId, content: { membership: 'join', displayname } })
  const { room } = await roomWithPast((made) => {
    const more: BuiltEvent[] = []
    for (let round = 0; round < 5; round++) {
      rename(made, `name ${round}`)
      for (let line = 0; line < 50; line++) more.push(made.next(message(`line ${round}.${line}`)))
      diamond(made)
    }
    return more
  })
  remote.answers.set('backfill', (_, { url }) => backfilled(room, url))
  const all = await alice.history(room.roomId)
  assert.equal(all.filter(({ type }) => type === 'm.room.message').length, 3 + 5 * 53)
  const names = all.filter(({ type, sender }) => type === 'm.room.member' && sender === room.userId)
  assert.deepEqual(
    names.map(({ content }) => content.displayname),
    [undefined, 'name 0', 'name 1', 'name 2', 'name 3', 'name 4'],
  )
  assert.deepEqual(
    names.map(({ unsigned }) => unsigned.prev_content?.displayname),
    [undefined, undefined, 'name 0', 'name 1', 'name 2', 'name 3'],
  )
  assert.equal(stateAsked(room), 0)
})

test('a state that does not follow from what is here is asked for, and shows who may see what', async () => {
  const visibility = (made: RemoteRoom, setting: string) =>
    made.next({ type: 'm.room.history_visibility', state_key: '', content: { history_visibility: setting } })
  let before: string[] = []
  const { room } = await roomWithPast((made) => {
    for (let line = 0; line < 120; line++) made.next(message(`open ${line}`))
    before = [...made.state.values()]
    const closed = visibility(made, 'joined')
    for (let line = 0; line < 10; line++) made.next(message(`closed ${line}`))
    return [closed]
  })
  remote.answers.set('backfill', (_, { url }) => backfilled(room, url))
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: before, auth_chain_ids: before } }))
  const shown = await said(room.roomId)
  assert.deepEqual(shown.slice(0, 4), ['one', 'two', 'three', 'open 0'])
  assert.equal(shown.length, 3 + 120)
  assert.equal(stateAsked(room), 1)
})
