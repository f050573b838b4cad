// Rooms invited to, joined, left, banned from, knocked on, come back to: where and how they show.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodies, openTestServer, say, type Device, type TestServer } from './testing/open-sync.ts'

const publicRoom = (server: TestServer, by: Device) => server.rooms.create({ by, request: { preset: 'public_chat' } })
const withVisibility = (server: TestServer, by: Device, visibility: string) =>
  server.rooms.create({
    by,
    request: {
      preset: 'public_chat',
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: visibility } }],
    },
  })

test('an invite is shown once, with stripped state', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const { next_batch: since } = await server.poll(bob)
  const roomId = await server.rooms.create({ by: alice, request: { name: 'Tea', invite: [bob.userId] } })
  const answer = await server.poll(bob, { since })
  const events = answer.rooms?.invite?.[roomId]?.invite_state.events ?? []
  const byType = new Map(events.map((event) => [`${event.type} ${event.state_key}`, event]))
  assert.equal(byType.get('m.room.name ')?.content['name'], 'Tea')
  assert.ok(byType.has('m.room.create '))
  assert.equal(byType.get(`m.room.member ${bob.userId}`)?.content['membership'], 'invite')
  assert.ok(byType.has(`m.room.member ${alice.userId}`))
  assert.ok(events.every((event) => !('event_id' in event)))
  assert.equal(answer.rooms?.join, undefined)
  assert.equal((await server.poll(bob, { since: answer.next_batch })).rooms, undefined)
  assert.ok((await server.poll(bob)).rooms?.invite?.[roomId])
})

test('an invite by an ignored user is not shown', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  await server.ignore(bob, [alice.userId])
  await server.rooms.create({ by: alice, request: { invite: [bob.userId] } })
  assert.equal((await server.poll(bob)).rooms, undefined)
})

test('a declined invite moves to the rooms left, with nothing but the leave', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await server.rooms.create({ by: alice, request: { invite: [bob.userId] } })
  await say(server, roomId, alice, 'secret')
  const { next_batch: since } = await server.poll(bob)
  await server.rooms.leave(roomId, { by: bob })
  const left = (await server.poll(bob, { since })).rooms?.leave?.[roomId]
  assert.deepEqual(
    left?.timeline.events.map((event) => event.content['membership']),
    ['leave'],
  )
  assert.deepEqual(left?.state?.events, [])
})

test('a room joined since the last answer comes with its full state', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  for (let i = 0; i < 12; i++) await say(server, roomId, alice, `message ${i}`)
  const { next_batch: since } = await server.poll(bob)
  await server.rooms.join(roomId, { by: bob })
  const room = (await server.poll(bob, { since })).rooms?.join?.[roomId]
  assert.equal(room?.timeline.limited, true)
  assert.deepEqual(
    bodies(room?.timeline),
    Array.from({ length: 9 }, (_, i) => `message ${i + 3}`),
  )
  assert.ok(room?.state?.events.some((event) => event.type === 'm.room.create'))
  assert.ok(room?.state?.events.some((event) => event.state_key === alice.userId))
})

test('what was said before the join stays hidden where history is for members only', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await withVisibility(server, alice, 'joined')
  await say(server, roomId, alice, 'before')
  const { next_batch: since } = await server.poll(bob)
  await server.rooms.join(roomId, { by: bob })
  await say(server, roomId, alice, 'after')
  assert.deepEqual(bodies((await server.poll(bob, { since })).rooms?.join?.[roomId]?.timeline), ['after'])
  assert.deepEqual(bodies((await server.poll(bob)).rooms?.join?.[roomId]?.timeline), ['after'])
})

test('a room left shows events up to the leave and none after', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  const { next_batch: since } = await server.poll(bob)
  await say(server, roomId, alice, 'still here')
  await server.rooms.leave(roomId, { by: bob })
  await say(server, roomId, alice, 'gone')
  const answer = await server.poll(bob, { since })
  assert.equal(answer.rooms?.join, undefined)
  const left = answer.rooms?.leave?.[roomId]
  assert.deepEqual(bodies(left?.timeline), ['still here'])
  assert.equal(left?.timeline.events.at(-1)?.content['membership'], 'leave')
  await say(server, roomId, alice, 'later')
  assert.equal((await server.poll(bob, { since: answer.next_batch })).rooms, undefined)
})

test('a kick and a ban are told like a leave', async () => {
  await using server = await openTestServer()
  const [alice, bob, carol] = [await server.device('alice'), await server.device('bob'), await server.device('carol')]
  const roomId = await publicRoom(server, alice)
  for (const by of [bob, carol]) await server.rooms.join(roomId, { by })
  const [ofBob, ofCarol] = [await server.poll(bob), await server.poll(carol)]
  await server.rooms.kick(roomId, { by: alice, target: bob.userId })
  await server.rooms.ban(roomId, { by: alice, target: carol.userId })
  const membership = async (device: Device, since: string) =>
    (await server.poll(device, { since })).rooms?.leave?.[roomId]?.timeline.events.at(-1)?.content['membership']
  assert.equal(await membership(bob, ofBob.next_batch), 'leave')
  assert.equal(await membership(carol, ofCarol.next_batch), 'ban')
})

test('rooms left long ago are shown only to who asks for them', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  await say(server, roomId, alice, 'hello')
  await server.rooms.leave(roomId, { by: bob })
  await say(server, roomId, alice, 'unseen')
  assert.equal((await server.poll(bob)).rooms, undefined)
  const left = (await server.poll(bob, { filter: { room: { include_leave: true } } })).rooms?.leave?.[roomId]
  assert.deepEqual(bodies(left?.timeline), ['hello'])
  await server.rooms.forget(roomId, { by: bob })
  assert.equal((await server.poll(bob, { filter: { room: { include_leave: true } } })).rooms, undefined)
})

test('a room that was left and forgotten at once is told as left, with nothing but the leave', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  const { next_batch: since } = await server.poll(bob)
  await say(server, roomId, alice, 'still here')
  await server.rooms.leave(roomId, { by: bob })
  await server.rooms.forget(roomId, { by: bob })
  const answer = await server.poll(bob, { since })
  const left = answer.rooms?.leave?.[roomId]
  assert.deepEqual(
    left?.timeline.events.map((event) => event.content['membership']),
    ['leave'],
  )
  assert.deepEqual(left?.state?.events, [])
  assert.equal((await server.poll(bob, { since: answer.next_batch })).rooms, undefined)
})

test('leaving and coming back between two answers starts the room anew', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await withVisibility(server, alice, 'joined')
  await server.rooms.join(roomId, { by: bob })
  const { next_batch: since } = await server.poll(bob)
  await server.rooms.leave(roomId, { by: bob })
  await say(server, roomId, alice, 'while away')
  await server.rooms.join(roomId, { by: bob })
  await say(server, roomId, alice, 'welcome back')
  const room = (await server.poll(bob, { since })).rooms?.join?.[roomId]
  assert.deepEqual(bodies(room?.timeline), ['welcome back'])
  assert.equal(room?.timeline.limited, true, 'it does not follow the timeline from before')
  const types = [...(room?.state?.events ?? []), ...(room?.timeline.events ?? [])].map((event) => event.type)
  assert.ok(types.includes('m.room.create'))
})

test('a changed profile does not start the room anew', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  const { next_batch: since } = await server.poll(bob)
  await server.rooms.sendState(roomId, {
    by: bob,
    type: 'm.room.member',
    stateKey: bob.userId,
    content: { membership: 'join', displayname: 'Bob' },
  })
  const room = (await server.poll(bob, { since })).rooms?.join?.[roomId]
  assert.deepEqual(room?.state?.events, [])
  assert.deepEqual(
    room?.timeline.events.map((event) => event.content['displayname']),
    ['Bob'],
  )
})

test('a knock is shown with stripped state', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const initial_state = [{ type: 'm.room.join_rules', content: { join_rule: 'knock' } }]
  const roomId = await server.rooms.create({ by: alice, request: { initial_state } })
  const { next_batch: since } = await server.poll(bob)
  await server.rooms.knock(roomId, { by: bob })
  const events = (await server.poll(bob, { since })).rooms?.knock?.[roomId]?.knock_state.events ?? []
  assert.ok(events.some((event) => event.type === 'm.room.create'))
  assert.ok(events.some((event) => event.state_key === bob.userId && event.content['membership'] === 'knock'))
})
