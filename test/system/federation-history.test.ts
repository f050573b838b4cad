// What was said in a room before a server came into it: fetched when somebody reads that far back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { EventId, RoomId } from '@myelin/protocol/identifiers'
import { getMissingPreviousEvents } from '@myelin/protocol/server-server/backfill'
import type { User } from './testing/api.ts'
import { eventually, Network } from './testing/network.ts'

let net: Network
let alice: User
let bob: User
before(async () => {
  net = await Network.create(3)
  alice = await net.server(0).user('alice')
  bob = await net.server(1).user('bob')
})
after(() => net[Symbol.asyncDispose]())

const path = (roomId: string) => `/rooms/${encodeURIComponent(roomId)}`
const joinThrough = (user: User, roomId: string, server = 'hs1.test') =>
  user.post(`/join/${encodeURIComponent(roomId)}?via=${server}`)
const said = (events: { type: string; content: { body: string } }[]) =>
  events.filter(({ type }) => type === 'm.room.message').map(({ content }) => content.body)
const rounds = (count: number) => Array.from({ length: count }, (_, round) => `line ${round}`)

test('who joins reads what was said before, page by page, down to the beginning', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat', name: 'Old', topic: 'first' })
  for (const line of rounds(130)) await alice.say(roomId, line)
  await alice.put(`${path(roomId)}/state/m.room.topic/`, { topic: 'second' })
  await joinThrough(bob, roomId)
  const { rooms, next_batch: since } = await bob.sync()
  const { prev_batch: from } = rooms.join[roomId].timeline
  const counts = rooms.join[roomId].unread_notifications
  const page = await bob.get(`${path(roomId)}/messages?dir=b&limit=20&from=${from}`)
  assert.equal(page.chunk.length, 20)
  assert.equal(page.chunk.find(({ type }: { type: string }) => type === 'm.room.topic').content.topic, 'second')
  const all = await bob.history(roomId)
  assert.deepEqual(said(all), rounds(130))
  assert.equal(all[0].type, 'm.room.create')
  assert.deepEqual(
    all.filter(({ type }) => type === 'm.room.topic').map(({ content }) => content.topic),
    ['first', 'second'],
  )
  assert.deepEqual(
    all.map(({ event_id }) => event_id),
    (await alice.history(roomId)).map(({ event_id }) => event_id),
  )
  const quiet = await bob.sync({ since })
  assert.equal(quiet.rooms?.join?.[roomId], undefined)
  assert.deepEqual((await bob.sync()).rooms.join[roomId].unread_notifications, counts)
  await bob.say(roomId, 'I have read it all')
  await eventually(async () => said(await alice.history(roomId)).includes('I have read it all') || undefined)
})

test('a server that does not say how many missing events it wants is given ten, the last ones', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const spoken: string[] = []
  for (const line of rounds(12)) spoken.push(await alice.say(roomId, line))
  await joinThrough(bob, roomId)
  const { peers } = net.server(1).services.federation
  const ids = { earliest_events: [], latest_events: spoken.slice(-1) as EventId[] }
  const ask = async (body: object) => {
    const path = { roomId: roomId as RoomId }
    return (await peers.call('hs1.test', getMissingPreviousEvents, { path, body: { ...ids, ...body } })).events
  }
  const given = await ask({})
  assert.equal(given.length, 10)
  assert.deepEqual(said(given as never), rounds(12).slice(1, -1))
  assert.equal((await ask({ limit: 15 })).length, 15)
})

test('history that was hidden from those who come later stays hidden', async () => {
  const roomId = await alice.createRoom({
    preset: 'public_chat',
    initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: 'joined' } }],
  })
  await alice.say(roomId, 'among ourselves')
  await joinThrough(bob, roomId)
  await alice.say(roomId, 'welcome')
  await eventually(async () => said(await bob.history(roomId)).includes('welcome') || undefined)
  assert.deepEqual(said(await bob.history(roomId)), ['welcome'])
})

test('an event of the past has its context, and relations and redactions of then are seen', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const root = await alice.say(roomId, 'root of a thread')
  const regretted = await alice.say(roomId, 'regretted')
  await alice.put(`${path(roomId)}/redact/${encodeURIComponent(regretted)}/r`, {})
  const reply = { msgtype: 'm.text', body: 'reply', 'm.relates_to': { rel_type: 'm.thread', event_id: root } }
  await alice.put(`${path(roomId)}/send/m.room.message/t`, reply)
  await joinThrough(bob, roomId)
  await bob.history(roomId)
  const context = await bob.get(`${path(roomId)}/context/${encodeURIComponent(root)}?limit=4`)
  assert.equal(context.event.content.body, 'root of a thread')
  assert.equal(context.event.unsigned['m.relations']['m.thread'].count, 1)
  const redacted = await bob.get(`${path(roomId)}/event/${encodeURIComponent(regretted)}`)
  assert.deepEqual(redacted.content, {})
  assert.ok(redacted.unsigned.redacted_because)
})

test('what relates to an event is counted with it, however far apart they were fetched', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const send = (content: object) => alice.put(`${path(roomId)}/send/m.room.message/${crypto.randomUUID()}`, content)
  const root = await alice.say(roomId, 'root of a thread')
  const edited = await alice.say(roomId, 'with a tpyo')
  for (const line of rounds(120)) await alice.say(roomId, line)
  const thread = { rel_type: 'm.thread', event_id: root }
  await send({ msgtype: 'm.text', body: 'first reply', 'm.relates_to': thread })
  const last = await send({ msgtype: 'm.text', body: 'last reply', 'm.relates_to': thread })
  const content = { msgtype: 'm.text', body: 'with a typo' }
  await send({ ...content, 'm.new_content': content, 'm.relates_to': { rel_type: 'm.replace', event_id: edited } })
  await joinThrough(bob, roomId)
  await bob.history(roomId)
  const found = await bob.get(`${path(roomId)}/event/${encodeURIComponent(root)}`)
  const { count, latest_event: latest } = found.unsigned['m.relations']['m.thread']
  assert.deepEqual({ count, latest: latest.event_id }, { count: 2, latest: last.event_id })
  const corrected = await bob.get(`${path(roomId)}/event/${encodeURIComponent(edited)}`)
  assert.equal(corrected.unsigned['m.relations']['m.replace'].content.body, 'with a typo')
  const { chunk } = await bob.callAt(`/_matrix/client/v1${path(roomId)}/threads`).then(({ body }) => body)
  assert.deepEqual(
    chunk.map(({ event_id: id }: { event_id: string }) => id),
    [root],
  )
})

test('the event closest to a moment is found, here and in what others have', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  const first = await alice.say(roomId, 'first')
  const second = await alice.say(roomId, 'second')
  const times = new Map((await alice.history(roomId)).map(({ event_id, origin_server_ts: ts }) => [event_id, ts]))
  const at = async (user: User, ts: number, dir: string) =>
    (await user.call(`${path(roomId)}/timestamp_to_event?ts=${ts}&dir=${dir}`.replace('/rooms', '/../v1/rooms'))).body
  const [firstTs, secondTs] = [times.get(first), times.get(second)]
  const closest = (event_id: string, origin_server_ts: number) => ({ event_id, origin_server_ts })
  assert.deepEqual(await at(alice, secondTs + 1000, 'b'), closest(second, secondTs))
  assert.equal((await at(alice, secondTs + 1000, 'f')).errcode, 'M_NOT_FOUND')
  assert.equal((await at(alice, 5, 'b')).errcode, 'M_NOT_FOUND')
  assert.equal((await at(alice, 5, 'f')).origin_server_ts, Math.min(...times.values()))
  await joinThrough(bob, roomId)
  if (firstTs < secondTs) assert.deepEqual(await at(bob, firstTs, 'b'), closest(first, firstTs))
  const context = await bob.get(`${path(roomId)}/context/${encodeURIComponent(first)}`)
  assert.equal(context.event.content.body, 'first')
  assert.equal((await at(await net.server(2).user('dora'), 5, 'f')).errcode, 'M_FORBIDDEN')
})

test('another server in the room has the history when the first is gone', async () => {
  const roomId = await alice.createRoom({ preset: 'public_chat' })
  await alice.say(roomId, 'before both')
  await joinThrough(bob, roomId)
  assert.deepEqual(said(await bob.history(roomId)), ['before both'])
  const carol = await net.server(2).user('carol')
  await joinThrough(carol, roomId, 'hs2.test')
  await net.server(0).stop()
  assert.deepEqual(said(await carol.history(roomId)), ['before both'])
  await net.server(0).start()
})
