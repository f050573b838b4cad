// State sections: gaps, state_after, full state, filters, lazily loaded members.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodies, openTestServer, say, type Device, type Events, type TestServer } from './testing/open-sync.ts'

const publicRoom = (server: TestServer, by: Device) => server.rooms.create({ by, request: { preset: 'public_chat' } })
const setName = (server: TestServer, roomId: string, by: Device, name: string) =>
  server.rooms.sendState(roomId, { by, type: 'm.room.name', stateKey: '', content: { name } })
const names = (events: Events | undefined) =>
  (events?.events ?? []).filter((event) => event.type === 'm.room.name').map((event) => event.content['name'])
const members = (events: Events | undefined) =>
  (events?.events ?? [])
    .filter((event) => event.type === 'm.room.member')
    .map((event) => event.state_key)
    .toSorted()
const lazy = { room: { state: { lazy_load_members: true } } }

test('state that changed in a gap is told as of the start of the timeline', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const roomId = await publicRoom(server, alice)
  await setName(server, roomId, alice, 'one')
  const { next_batch: since } = await server.poll(alice)
  await setName(server, roomId, alice, 'two')
  for (let i = 0; i < 9; i++) await say(server, roomId, alice, `${i}`)
  await setName(server, roomId, alice, 'three')
  await say(server, roomId, alice, 'last')
  const filter = { room: { timeline: { limit: 3 } } }
  const room = (await server.poll(alice, { since, filter })).rooms?.join?.[roomId]
  assert.equal(room?.timeline.limited, true)
  assert.deepEqual(names(room?.state), ['two'])
  assert.deepEqual(names(room?.timeline), ['three'])
  const after = (await server.poll(alice, { since, filter, stateAfter: 'state_after' })).rooms?.join?.[roomId]
  assert.deepEqual(names(after?.state_after), ['three'])
  assert.equal(after?.state, undefined)
})

test('state_after holds the state changes of the timeline, and is there when it is empty', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const roomId = await publicRoom(server, alice)
  const { next_batch: since } = await server.poll(alice)
  await say(server, roomId, alice, 'hello')
  const first = await server.poll(alice, { since, stateAfter: 'state_after' })
  assert.deepEqual(first.rooms?.join?.[roomId]?.state_after, { events: [] })
  await setName(server, roomId, alice, 'new')
  const room = (await server.poll(alice, { since: first.next_batch, stateAfter: 'state_after' })).rooms?.join?.[roomId]
  assert.deepEqual(names(room?.state_after), ['new'])
  assert.deepEqual(names(room?.timeline), ['new'])
})

test('an unstable request is answered under the unstable name', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const roomId = await publicRoom(server, alice)
  const answer = await server.poll(alice, { stateAfter: 'org.matrix.msc4222.state_after' })
  const room: object = answer.rooms?.join?.[roomId] ?? {}
  assert.ok('org.matrix.msc4222.state_after' in room)
  assert.ok(!('state' in room))
})

test('full_state gives the state of every room though nothing happened', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const roomId = await publicRoom(server, alice)
  await setName(server, roomId, alice, 'one')
  const { next_batch: since } = await server.poll(alice)
  const room = (await server.poll(alice, { since, fullState: true, timeoutMs: 60_000 })).rooms?.join?.[roomId]
  assert.deepEqual(room?.timeline.events, [])
  assert.deepEqual(names(room?.state), ['one'])
})

test('state that the timeline filter hides is still told', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const roomId = await publicRoom(server, alice)
  const { next_batch: since } = await server.poll(alice)
  await setName(server, roomId, alice, 'hidden')
  await say(server, roomId, alice, 'shown')
  const filter = { room: { timeline: { types: ['m.room.message'] } } }
  const room = (await server.poll(alice, { since, filter })).rooms?.join?.[roomId]
  assert.deepEqual(bodies(room?.timeline), ['shown'])
  assert.deepEqual(names(room?.state), ['hidden'])
})

test('filters choose rooms, event types and senders', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const [one, two] = [await publicRoom(server, alice), await publicRoom(server, alice)]
  await server.rooms.join(one, { by: bob })
  await say(server, one, alice, 'from alice')
  await say(server, one, bob, 'from bob')
  const answer = await server.poll(alice, {
    filter: { room: { not_rooms: [two], state: { types: [] }, timeline: { senders: [bob.userId], limit: 1 } } },
  })
  assert.deepEqual(Object.keys(answer.rooms?.join ?? {}), [one])
  const room = answer.rooms?.join?.[one]
  assert.deepEqual(bodies(room?.timeline), ['from bob'])
  assert.deepEqual(room?.state?.events, [])
})

test('a poll whose filter hides what happened goes on waiting', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const roomId = await publicRoom(server, alice)
  const { next_batch: since } = await server.poll(alice)
  const filter = { room: { timeline: { types: ['m.room.message'] }, state: { types: [] } } }
  const waiting = server.poll(alice, { since, filter, timeoutMs: 60_000 })
  await setName(server, roomId, alice, 'hidden')
  await say(server, roomId, alice, 'shown')
  const room = (await waiting).rooms?.join?.[roomId]
  assert.deepEqual(bodies(room?.timeline), ['shown'])
})

test('lazily loaded, an initial sync holds the members who speak, the heroes and oneself', async () => {
  await using server = await openTestServer()
  const devices = await Promise.all(
    ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'].map(server.device),
  )
  const [alice, bob, , , , , grace, heidi] = devices as [Device, Device, Device, Device, Device, Device, Device, Device]
  const roomId = await publicRoom(server, alice)
  for (const by of devices.slice(1)) await server.rooms.join(roomId, { by })
  await setName(server, roomId, alice, 'named')
  await say(server, roomId, grace, 'hello')
  const filter = { room: { state: { lazy_load_members: true }, timeline: { limit: 1 } } }
  const room = (await server.poll(heidi, { filter })).rooms?.join?.[roomId]
  assert.deepEqual(members(room?.state), [grace.userId, heidi.userId])
  await server.rooms.sendState(roomId, { by: alice, type: 'm.room.name', stateKey: '', content: {} })
  await say(server, roomId, grace, 'again')
  const nameless = (await server.poll(heidi, { filter })).rooms?.join?.[roomId]
  const heroes = nameless?.summary?.['m.heroes'] as string[]
  assert.equal(heroes.length, 5)
  assert.ok(heroes.includes(alice.userId) && heroes.includes(bob.userId) && !heroes.includes(heidi.userId))
  assert.deepEqual(members(nameless?.state), [...new Set([...heroes, grace.userId, heidi.userId])].toSorted())
})

test('lazily loaded, a member is told once to each device, but again when the answer was lost', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const phone = { ...alice, deviceNid: server.store.nextNid('devices') }
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  await setName(server, roomId, alice, 'named')
  await say(server, roomId, alice, 'mine')
  const filter = { room: { state: { lazy_load_members: true }, timeline: { limit: 1 } } }
  const [desk, mobile] = [await server.poll(alice, { filter }), await server.poll(phone, { filter })]
  await say(server, roomId, bob, 'one')
  const first = await server.poll(alice, { since: desk.next_batch, filter: lazy })
  assert.deepEqual(members(first.rooms?.join?.[roomId]?.state), [bob.userId])
  const again = await server.poll(alice, { since: desk.next_batch, filter: lazy })
  assert.deepEqual(members(again.rooms?.join?.[roomId]?.state), [bob.userId], 'the first answer was lost')
  await say(server, roomId, bob, 'two')
  const second = await server.poll(alice, { since: first.next_batch, filter: lazy })
  assert.deepEqual(members(second.rooms?.join?.[roomId]?.state), [])
  const other = await server.poll(phone, { since: mobile.next_batch, filter: lazy })
  assert.deepEqual(members(other.rooms?.join?.[roomId]?.state), [bob.userId])
  const redundant = { room: { state: { lazy_load_members: true, include_redundant_members: true } } }
  await say(server, roomId, bob, 'three')
  const told = await server.poll(alice, { since: second.next_batch, filter: redundant })
  assert.deepEqual(members(told.rooms?.join?.[roomId]?.state), [bob.userId])
})

test('lazily loaded, members who changed in a gap are told though they did not speak', async () => {
  await using server = await openTestServer()
  const [alice, bob, carol] = [await server.device('alice'), await server.device('bob'), await server.device('carol')]
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  const { next_batch: since } = await server.poll(alice, { filter: lazy })
  await server.rooms.leave(roomId, { by: bob })
  await server.rooms.join(roomId, { by: carol })
  for (let i = 0; i < 5; i++) await say(server, roomId, alice, `${i}`)
  const filter = { room: { state: { lazy_load_members: true }, timeline: { limit: 2 } } }
  const room = (await server.poll(alice, { since, filter })).rooms?.join?.[roomId]
  assert.deepEqual(
    members(room?.state).filter((user) => user !== alice.userId),
    [bob.userId, carol.userId],
  )
  assert.equal(room?.summary?.['m.joined_member_count'], 2)
})
