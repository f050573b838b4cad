// What other servers are told of typing, receipts and presence, when, and for how long their word is believed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ManualClock } from '../federation/testing/manual-clock.ts'
import { openTestRooms, say, type TestRooms } from '../rooms/testing/open-rooms.ts'
import { setMember } from '../store/members.ts'
import type { Journaled } from '../store/store.ts'
import { renewedRef } from './entry-refs.ts'
import { createEphemeral } from './ephemeral.ts'

const minutes = 60_000

/** A room of alice, in which zoe of far.test is too unless told otherwise, on a clock that the test moves. */
async function openShared({ isShared = true } = {}) {
  const server = await openTestRooms()
  const clock = new ManualClock()
  const ephemeral = createEphemeral({
    rooms: { ...server.rooms.context, environment: clock },
    presence: true,
    onRead: () => undefined,
  })
  const alice = await server.user('alice')
  const roomId = await server.rooms.create({ by: alice, request: {} })
  const room = await server.rooms.byId(roomId)
  assert.ok(room)
  if (isShared) await addZoe(server, room.nid)
  const entries: Journaled[] = []
  server.store.onDurable((announced) => void entries.push(...announced))
  const settle = () => server.store.write(() => undefined)
  /** What the entries since the last call make this server send. */
  const sent = async () => {
    await settle()
    const outgoing = await ephemeral.outgoing.outgoing(entries.splice(0))
    return outgoing.map((each) =>
      each.kind === 'edu' ? { destinations: each.destinations, edu: JSON.parse(each.json) } : assert.fail(),
    )
  }
  return { ...server, clock, ephemeral, alice, roomId, room, entries, settle, sent }
}

async function addZoe({ rooms, store }: TestRooms, roomNid: number): Promise<void> {
  const userNid = await rooms.context.users.intern('@zoe:far.test')
  const room = await rooms.hot(roomNid)
  room.setMembership(userNid, 'join', { isLocal: false, host: 'far.test' })
  await store.write((w) => setMember(w, { roomNid, userNid, membership: 'join', eventNid: 1, position: 1 }))
}

test('who goes on typing is told again only after a while, and to nobody here', async () => {
  await using shared = await openShared()
  const { alice, roomId, clock, ephemeral, entries, settle } = shared
  const type = () => ephemeral.setTyping(alice, { roomId, userId: alice.userId, typing: true, timeoutMs: 60_000 })
  await type()
  const [first] = await shared.sent()
  assert.deepEqual(first?.edu, {
    edu_type: 'm.typing',
    content: { room_id: roomId, typing: true, user_id: alice.userId },
  })
  assert.deepEqual([...(first?.destinations ?? [])].toSorted(), ['example.org', 'far.test'])
  await ephemeral.presence.set(alice, 'online', undefined)
  await shared.sent()
  for (let keystroke = 0; keystroke < 20; keystroke++) {
    clock.advance(1_000)
    await type()
  }
  await settle()
  assert.deepEqual(entries, [])
  clock.advance(10_000)
  await type()
  await settle()
  assert.deepEqual(
    entries.map(({ ref }) => ref),
    [renewedRef],
  )
  assert.equal((await shared.sent()).length, 1)
})

test('of a room that no other server is in nothing is told, and of private receipts never', async () => {
  await using alone = await openShared({ isShared: false })
  await alone.ephemeral.setTyping(alone.alice, { roomId: alone.roomId, userId: alone.alice.userId, typing: true })
  assert.deepEqual(await alone.sent(), [])
  await using shared = await openShared()
  const { alice, roomId, ephemeral, rooms } = shared
  const eventId = await say(rooms, roomId, { by: alice, body: 'x' })
  await shared.sent()
  await ephemeral.postReceipt(alice, { roomId, type: 'm.read.private', eventId })
  const told = (await shared.sent()).map(({ edu }) => edu.edu_type)
  assert.ok(!told.includes('m.receipt'))
  await ephemeral.postReceipt(alice, { roomId, type: 'm.read', eventId, threadId: 'main' })
  const [receipt] = await shared.sent()
  const data = { ts: shared.clock.now(), thread_id: 'main' }
  assert.deepEqual(receipt?.edu.content, { [roomId]: { 'm.read': { [alice.userId]: { data, event_ids: [eventId] } } } })
})

test('a receipt that the next has taken the place of is not sent', async () => {
  await using shared = await openShared()
  const { alice, roomId, ephemeral, rooms } = shared
  const [one, two] = [
    await say(rooms, roomId, { by: alice, body: 'one' }),
    await say(rooms, roomId, { by: alice, body: 'two' }),
  ]
  for (const eventId of [one, two]) await ephemeral.postReceipt(alice, { roomId, type: 'm.read', eventId })
  const receipts = (await shared.sent()).filter(({ edu }) => edu.edu_type === 'm.receipt')
  assert.deepEqual(
    receipts.map(({ edu }) => edu.content[roomId]['m.read'][alice.userId].event_ids),
    [[two]],
  )
})

test('a user of another server who is not heard of any more goes offline', async () => {
  await using shared = await openShared()
  const { clock, ephemeral, rooms } = shared
  const zoe = (await rooms.context.users.find('@zoe:far.test')) ?? 0
  const content = { push: [{ user_id: '@zoe:far.test', presence: 'online', last_active_ago: 0 }] }
  await ephemeral.receivePresence({ origin: 'far.test', content })
  clock.advance(29 * minutes)
  assert.equal(ephemeral.presence.content(zoe).presence, 'online')
  await ephemeral.receivePresence({ origin: 'far.test', content })
  clock.advance(29 * minutes)
  assert.equal(ephemeral.presence.content(zoe).presence, 'online')
  clock.advance(2 * minutes)
  assert.equal(ephemeral.presence.content(zoe).presence, 'offline')
})

test('other servers hear of a user who stays before they give the user up', async () => {
  await using shared = await openShared()
  const { clock, ephemeral, alice } = shared
  ephemeral.presence.polled(alice, 'online')
  await shared.settle()
  await shared.sent()
  clock.advance(4 * minutes)
  assert.deepEqual(await shared.sent(), [])
  const told: { edu: { content: { push: { presence: string }[] } } }[] = []
  for (let minute = 0; minute < 40 && told.length < 2; minute++) {
    clock.advance(minutes)
    told.push(...(await shared.sent()))
  }
  // First that the user is idle, and then, with nothing new, the same again.
  assert.deepEqual(
    told.map(({ edu }) => edu.content.push.map(({ presence }) => presence)),
    [['unavailable'], ['unavailable']],
  )
})

test('what is said of users before they are known here counts once they are', async () => {
  await using shared = await openShared({ isShared: false })
  const { ephemeral, rooms, room } = shared
  const content = { push: [{ user_id: '@zoe:far.test', presence: 'online', last_active_ago: 0 }] }
  await ephemeral.receivePresence({ origin: 'far.test', content })
  await addZoe(shared, room.nid)
  await ephemeral.presence.placeAgain()
  const zoe = (await rooms.context.users.find('@zoe:far.test')) ?? 0
  assert.equal(ephemeral.presence.content(zoe).presence, 'online')
})
