// What was said in a room while a server was out of it or behind: fetched when somebody reads across the gap, and placed
// where it belongs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { BuiltEvent } from '@myelin/algorithms/build-event'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'
import { PushedClock } from './testing/pushed-clock.ts'
import { type RemoteAnswer, type RemoteRoom, RemoteServer } from './testing/remote-server.ts'

const clock = new PushedClock()
let net: Network
let alice: User
let bob: User
let remote: RemoteServer
before(async () => {
  net = await Network.create(2, ['far.test'], { environment: clock })
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
  remote = await RemoteServer.start(net, 'far.test')
})
after(async () => {
  await remote[Symbol.asyncDispose]()
  await net[Symbol.asyncDispose]()
})

const path = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`
const joinThrough = (user: User, roomId: string, server: string) =>
  user.post(`/join/${encodeURIComponent(roomId)}?via=${server}`)
type Shown = { readonly event_id: string; readonly type: string; readonly content: { readonly body: string } }
const said = (events: readonly Shown[]) =>
  events.filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body)
const lines = (word: string, count: number) => Array.from({ length: count }, (_, at) => `${word} ${at}`)
const ids = (events: readonly Shown[]) => events.map(({ event_id }) => event_id)
const message = (body: string) => ({ content: { msgtype: 'm.text', body } })

/** Everything from the beginning on, oldest first. */
async function forwards(user: User, roomId: string): Promise<Shown[]> {
  const events: Shown[] = []
  for (let from = ''; ;) {
    const page = await user.get(`${path(roomId)}/messages?dir=f&limit=50${from && `&from=${from}`}`)
    events.push(...page.chunk)
    // Some clients take a page that ends where it starts for the last.
    if (page.end === undefined || page.end === page.start || page.end === from) return events
    from = page.end
  }
}

test('who comes back reads what was said meanwhile, in its place', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await joinThrough(bob, roomId, 'hs1.test')
  await bob.say(roomId, 'here I am')
  await eventually(async () => said(await alice.history(roomId)).includes('here I am') || undefined)
  await bob.post(`${path(roomId)}/leave`)
  await eventually(async () => {
    const { content } = (await alice.history(roomId)).at(-1)
    return content.membership === 'leave' || undefined
  })
  const { next_batch: since } = await bob.sync()
  for (const line of lines('meanwhile', 140)) await alice.say(roomId, line)
  await alice.put(`${path(roomId)}/state/m.room.topic/`, { topic: 'changed meanwhile' })
  await joinThrough(bob, roomId, 'hs1.test')
  await bob.say(roomId, 'back again')
  const { rooms } = await bob.sync({ since })
  const { timeline, unread_notifications: counts } = rooms.join[roomId]
  assert.equal(timeline.limited, true)
  assert.deepEqual(said(timeline.events), ['back again'])
  const page = await bob.get(`${path(roomId)}/messages?dir=b&limit=10&from=${timeline.prev_batch}`)
  assert.deepEqual(said(page.chunk), lines('meanwhile', 140).slice(-9).toReversed())
  assert.equal(page.chunk[0].content.topic, 'changed meanwhile')
  const all = await bob.history(roomId)
  assert.deepEqual(said(all), ['here I am', ...lines('meanwhile', 140), 'back again'])
  await eventually(async () => said(await alice.history(roomId)).includes('back again') || undefined)
  assert.deepEqual(ids(all), ids(await alice.history(roomId)))
  assert.deepEqual(ids(await forwards(bob, roomId)), ids(all))
  const again = await bob.sync({ since })
  assert.deepEqual(ids(again.rooms.join[roomId].timeline.events), ids(timeline.events))
  assert.deepEqual(again.rooms.join[roomId].unread_notifications, counts)
  const middle = all.find(({ content }) => content.body === 'meanwhile 70')
  const context = await bob.get(`${path(roomId)}/context/${encodeURIComponent(middle.event_id)}?limit=4`)
  assert.deepEqual(said(context.events_before), ['meanwhile 69', 'meanwhile 68'])
  assert.deepEqual(said(context.events_after), ['meanwhile 71', 'meanwhile 72'])
})

test('what was hidden from those who were out stays hidden when they are back', async () => {
  const roomId = await alice.createRoom({
    preset: 'public_chat',
    initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }],
  })
  const isHeard = (body: string) => eventually(async () => said(await bob.history(roomId)).includes(body) || undefined)
  await joinThrough(bob, roomId, 'hs1.test')
  await alice.say(roomId, 'with you')
  await isHeard('with you')
  await bob.post(`${path(roomId)}/leave`)
  await eventually(async () => (await alice.history(roomId)).at(-1).content.membership === 'leave' || undefined)
  for (const line of lines('among ourselves', 120)) await alice.say(roomId, line)
  await joinThrough(bob, roomId, 'hs1.test')
  await alice.say(roomId, 'with you again')
  await isHeard('with you again')
  assert.deepEqual(said(await bob.history(roomId)), ['with you', 'with you again'])
})

/** The events before some, the latest first, as `/backfill` is asked for them. */
function backfilled(room: RemoteRoom, url: string): RemoteAnswer {
  const asked = new URL(url, 'https://far.test').searchParams
  const waiting = asked.getAll('v')
  const found = new Map<string, string>()
  for (let id = waiting.shift(); id !== undefined && found.size < Number(asked.get('limit')); id = waiting.shift()) {
    const event = remote.events.get(id)
    if (!event || found.has(id)) continue
    found.set(id, event.json)
    waiting.push(...room.referencesOf(event.pdu))
  }
  return { raw: `{"origin":"far.test","origin_server_ts":1,"pdus":[${[...found.values()].join(',')}]}` }
}

/** A room of the other server that alice has joined, which has gone on without hers. */
async function roomGoneOn(missed: number): Promise<{ room: RemoteRoom; latest: BuiltEvent }> {
  const room = remote.createRoom(net.server(0), '11')
  await joinThrough(alice, room.roomId, 'far.test')
  await room.send(room.next(message('first')))
  for (const line of lines('missed', missed)) room.next(message(line))
  const stateIds = [...room.state.values()]
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: stateIds, auth_chain_ids: stateIds } }))
  room.servesHistory()
  return { room, latest: room.next(message('latest')) }
}

test('what a server has missed of a room it is in comes in its place, and as nothing new', async () => {
  const { room, latest } = await roomGoneOn(250)
  remote.answers.set('backfill', (_, { url }) => backfilled(room, url))
  const { next_batch: since } = await alice.sync()
  await room.send(latest)
  const { rooms } = await eventually(async () => {
    const answer = await alice.sync({ since, timeout: '1000', filter: '{"room":{"timeline":{"limit":200}}}' })
    return said(answer.rooms?.join?.[room.roomId]?.timeline.events ?? []).includes('latest') ? answer : undefined
  })
  const { timeline, unread_notifications: counts } = rooms.join[room.roomId]
  assert.equal(timeline.limited, true)
  const shown = said(timeline.events)
  assert.ok(shown.length < 200, 'the timeline ends where the gap is')
  const expected = ['first', ...lines('missed', 250), 'latest']
  assert.deepEqual(shown, expected.slice(-shown.length))
  const page = await alice.get(`${path(room.roomId)}/messages?dir=b&limit=20&from=${timeline.prev_batch}`)
  assert.deepEqual(said(page.chunk), expected.slice(0, -shown.length).slice(-20).toReversed())
  assert.deepEqual(said(await alice.history(room.roomId)), expected)
  assert.deepEqual(said((await alice.sync()).rooms.join[room.roomId].timeline.events), expected.slice(-10))
  assert.deepEqual((await alice.sync()).rooms.join[room.roomId].unread_notifications, counts)
})

test('who came in on a branch that the join of this server did not follow is heard', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const member = { type: 'm.room.member', sender: '@beside:far.test', state_key: '@beside:far.test' }
  const beside = room.event({ ...member, content: { membership: 'join' } })
  for (const line of lines('before', 3)) room.next(message(line))
  await joinThrough(alice, room.roomId, 'far.test')
  await room.send(room.next(message('first')))
  room.state.set(`m.room.member ${member.sender}`, beside.eventId)
  const stateIds = [...room.state.values()]
  remote.answers.set('state_ids', () => ({ body: { pdu_ids: stateIds, auth_chain_ids: stateIds } }))
  room.servesHistory()
  const prev_events = room.references([room.last, beside.eventId])
  await room.send(room.next({ ...message('hello'), sender: member.sender, prev_events }))
  await eventually(async () => said(await alice.history(room.roomId)).includes('hello') || undefined)
  assert.ok(member.sender in (await alice.get(`${path(room.roomId)}/joined_members`)).joined)
})

test('an event comes in though those who spoke before it have all changed their names meanwhile', async () => {
  const room = remote.createRoom(net.server(0), '11')
  const members = lines('@member', 12).map((name) => `${name.replace(' ', '-')}:far.test`)
  const named = (userId: string, displayname: string) =>
    room.next({
      ...{ type: 'm.room.member', sender: userId, state_key: userId },
      content: { membership: 'join', displayname },
    })
  for (const each of members) named(each, 'as usual')
  await joinThrough(alice, room.roomId, 'far.test')
  await room.send(room.next(message('first')))
  for (const each of members) named(each, 'in disguise')
  for (const [at, line] of lines('missed', 150).entries())
    room.next({ ...message(line), sender: members[at % members.length] ?? room.userId })
  room.servesHistory()
  room.servesState()
  await room.send(room.next(message('latest')))
  const { chunk } = await eventually(async () => {
    const page = await alice.get(`${path(room.roomId)}/messages?dir=b&limit=50`)
    return said(page.chunk)[0] === 'latest' ? page : undefined
  })
  assert.deepEqual(said(chunk), ['latest', ...lines('missed', 150).slice(-49).toReversed()])
  assert.equal(remote.asked('event_auth').filter((url) => url.includes(encodeURIComponent(room.roomId))).length, 0)
})

test('who reads forwards comes to a long gap again until it is filled, and misses nothing', async () => {
  const { room, latest } = await roomGoneOn(800)
  remote.answers.set('backfill', (_, { url }) => backfilled(room, url))
  await room.send(latest)
  await eventually(async () => {
    const { chunk } = await alice.get(`${path(room.roomId)}/messages?dir=b&limit=1`)
    return said(chunk).includes('latest') || undefined
  })
  assert.deepEqual(said(await forwards(alice, room.roomId)), ['first', ...lines('missed', 800), 'latest'])
})

test('a gap that nobody fills is passed over, and not asked for again and again', async () => {
  const { room, latest } = await roomGoneOn(150)
  remote.answers.set('backfill', () => ({ raw: '{"origin":"far.test","origin_server_ts":1,"pdus":[]}' }))
  await room.send(latest)
  await eventually(async () => said(await alice.history(room.roomId)).includes('latest') || undefined)
  assert.ok(said(await alice.history(room.roomId)).includes('first'))
  const asked = remote.asked('backfill').length
  await alice.history(room.roomId)
  await net.server(0).stop()
  await net.server(0).start()
  alice = alice.at(net.server(0).baseUrl)
  assert.ok(said(await alice.history(room.roomId)).includes('first'))
  const roomPath = encodeURIComponent(room.roomId)
  const again = remote
    .asked('backfill')
    .slice(asked)
    .filter((url) => url.includes(roomPath))
  assert.ok(again.length <= 1, `only the beginning is asked for again: ${again.length}`)
})

test('the event closest to a moment is found in a gap', async () => {
  const { room, latest } = await roomGoneOn(150)
  remote.answers.set('backfill', (_, { url }) => backfilled(room, url))
  const bodyOf = ({ pdu }: BuiltEvent) => pdu.content['body']
  const inRoom = [...remote.events.values()].filter(({ pdu }) => pdu['room_id'] === room.roomId)
  const wanted = inRoom.find((event) => bodyOf(event) === 'missed 30')
  assert.ok(wanted)
  const ts = wanted.pdu.origin_server_ts
  remote.answers.set('timestamp_to_event', () => ({ body: { event_id: wanted.eventId, origin_server_ts: ts } }))
  await room.send(latest)
  await eventually(async () => {
    const [newest] = (await alice.get(`${path(room.roomId)}/messages?dir=b&limit=1`)).chunk
    return newest.content.body === 'latest' || undefined
  })
  const found = await alice.callAt(`/_matrix/client/v1${path(room.roomId)}/timestamp_to_event?ts=${ts}&dir=f`)
  assert.equal(found.body.origin_server_ts, ts)
  const context = await alice.get(`${path(room.roomId)}/context/${encodeURIComponent(wanted.eventId)}?limit=2`)
  assert.deepEqual(said(context.events_before), ['missed 29'])
  assert.deepEqual(said(context.events_after), ['missed 31'])
})

// Last: the other server is not tried again soon.
test('a server that does not answer for a gap keeps nobody waiting for long', async () => {
  const { room, latest } = await roomGoneOn(150)
  remote.answers.set('backfill', () => 'never')
  await room.send(latest)
  const page = (from = '') => alice.get(`${path(room.roomId)}/messages?dir=b&limit=200${from && `&from=${from}`}`)
  await eventually(async () => {
    const [newest] = (await alice.get(`${path(room.roomId)}/messages?dir=b&limit=1`)).chunk
    return newest.content.body === 'latest' || undefined
  })
  const first = await clock.within(10_000, page())
  assert.deepEqual(said(first.chunk).slice(0, 2), ['latest', 'missed 149'])
  assert.ok(first.end !== undefined, 'there is more')
  const second = await clock.within(10_000, page(first.end))
  assert.ok(said(second.chunk).includes('first'), 'what is beyond the gap is shown')
  remote.hangUp()
})
