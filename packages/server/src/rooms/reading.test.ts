// Reading a room: pages, filters, context, single events, state, members, and what leavers and strangers get to see.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bodiesOf, openTestRooms, say, type TestEvent, timelineOf } from './testing/open-rooms.ts'

interface Page {
  readonly start: string
  readonly end?: string
  readonly chunk: readonly TestEvent[]
  readonly state?: readonly TestEvent[]
}

/** Events that are given as JSON texts. */
const eventsOf = async (texts: Promise<AsyncIterable<string>>): Promise<TestEvent[]> =>
  (await Array.fromAsync(await texts)).map((text) => JSON.parse(text) as TestEvent)

async function openTalk(count: number, request = {}) {
  const net = await openTestRooms()
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const roomId = await net.rooms.create({ by: alice, request: { preset: 'public_chat', ...request } })
  for (let i = 0; i < count; i++) await say(net.rooms, roomId, { by: alice, body: `m${i}` })
  const { rooms, store } = net
  return { rooms, store, alice, bob, roomId, [Symbol.asyncDispose]: () => net[Symbol.asyncDispose]() }
}

test('pages in both directions meet, without gap or repeat', async () => {
  await using talk = await openTalk(25)
  const { rooms, roomId, alice } = talk
  for (const dir of ['b', 'f'] as const) {
    const seen: string[] = []
    let from: string | undefined
    do {
      const page = JSON.parse(await rooms.messages(roomId, { by: alice, dir, from, limit: 7 })) as Page
      seen.push(...page.chunk.map((event) => event.event_id))
      from = page.end
    } while (from !== undefined)
    const all = (await timelineOf(rooms, roomId, alice)).map((event) => event.event_id)
    assert.deepEqual(dir === 'f' ? seen : seen.toReversed(), all)
  }
})

test('to bounds a page', async () => {
  await using talk = await openTalk(10)
  const { rooms, roomId, alice } = talk
  const first = JSON.parse(await rooms.messages(roomId, { by: alice, dir: 'b', limit: 3 })) as Page
  assert.ok(first.end)
  const back = JSON.parse(await rooms.messages(roomId, { by: alice, dir: 'f', from: first.end, limit: 100 })) as Page
  assert.deepEqual(
    back.chunk.map(({ content }) => content['body']),
    ['m7', 'm8', 'm9'],
  )
  const bounded = { by: alice, dir: 'b', to: first.end, limit: 100 } as const
  const page = JSON.parse(await rooms.messages(roomId, bounded)) as Page
  assert.deepEqual(
    page.chunk.map(({ content }) => content['body']),
    ['m9', 'm8', 'm7'],
  )
  assert.equal(page.end, undefined)
})

test('a filter narrows a page, and lazy loading adds the senders', async () => {
  await using talk = await openTalk(3)
  const { rooms, roomId, alice, bob } = talk
  await rooms.join(roomId, { by: bob })
  await say(rooms, roomId, { by: bob, body: 'bob' })
  const read = async (filter: unknown) =>
    JSON.parse(await rooms.messages(roomId, { by: alice, dir: 'f', limit: 50, filter: JSON.stringify(filter) })) as Page
  assert.equal((await read({ types: ['m.room.mess*'], senders: [bob.userId] })).chunk.length, 1)
  assert.ok((await read({ not_types: ['m.room.message'] })).chunk.every(({ type }) => type !== 'm.room.message'))
  assert.equal((await read({ contains_url: true })).chunk.length, 0)
  const lazy = await read({ types: ['m.room.message'], senders: [bob.userId], lazy_load_members: true })
  assert.deepEqual(
    lazy.state?.map((event) => event.state_key),
    [bob.userId],
  )
  await assert.rejects(rooms.messages(roomId, { by: alice, dir: 'f', filter: '{"types":1}' }), {
    errcode: 'M_BAD_JSON',
  })
  await assert.rejects(rooms.messages(roomId, { by: alice, dir: 'f', from: 'x' }), { errcode: 'M_INVALID_PARAM' })
})

test('the context of an event is what stands around it, with the state of its end', async () => {
  await using talk = await openTalk(9)
  const { rooms, roomId, alice } = talk
  const middle = (await timelineOf(rooms, roomId, alice)).find(({ content }) => content['body'] === 'm4')
  assert.ok(middle)
  const found = JSON.parse(await rooms.eventContext(roomId, { by: alice, eventId: middle.event_id, limit: 4 }))
  assert.equal(found.event.event_id, middle.event_id)
  assert.deepEqual(
    found.events_before.map((event: TestEvent) => event.content['body']),
    ['m3', 'm2'],
  )
  assert.deepEqual(
    found.events_after.map((event: TestEvent) => event.content['body']),
    ['m5', 'm6'],
  )
  assert.ok(found.state.some((event: TestEvent) => event.type === 'm.room.create'))
  const earlier = JSON.parse(await rooms.messages(roomId, { by: alice, dir: 'b', from: found.start, limit: 1 })) as Page
  assert.equal(earlier.chunk[0]?.content['body'], 'm1')
  const later = JSON.parse(await rooms.messages(roomId, { by: alice, dir: 'f', from: found.end, limit: 1 })) as Page
  assert.equal(later.chunk[0]?.content['body'], 'm7')
})

test('a state event says what it replaced', async () => {
  await using talk = await openTalk(0)
  const { rooms, roomId, alice } = talk
  const set = (name: string) =>
    rooms.sendState(roomId, { by: alice, type: 'm.room.name', stateKey: '', content: { name } })
  const first = await set('one')
  const second = JSON.parse(await rooms.event(roomId, { by: alice, eventId: await set('two') })) as TestEvent
  assert.deepEqual(second.unsigned['prev_content'], { name: 'one' })
  assert.equal(second.unsigned['replaces_state'], first)
  assert.equal(second.unsigned['membership'], 'join')
  await assert.rejects(rooms.event(roomId, { by: alice, eventId: '$unknown' }), { errcode: 'M_NOT_FOUND' })
  await assert.rejects(rooms.stateEvent(roomId, { by: alice, type: 'm.none', stateKey: '' }), {
    errcode: 'M_NOT_FOUND',
  })
})

test('who left sees what was, not what came after', async () => {
  await using talk = await openTalk(2)
  const { rooms, roomId, alice, bob } = talk
  await rooms.join(roomId, { by: bob })
  await say(rooms, roomId, { by: alice, body: 'with Bob' })
  await rooms.leave(roomId, { by: bob })
  const after = await say(rooms, roomId, { by: alice, body: 'without Bob' })
  await rooms.sendState(roomId, { by: alice, type: 'm.room.topic', stateKey: '', content: { topic: 'secret' } })
  assert.deepEqual(await bodiesOf(rooms, roomId, bob), ['m0', 'm1', 'with Bob'])
  await assert.rejects(rooms.event(roomId, { by: bob, eventId: after }), { errcode: 'M_NOT_FOUND' })
  const state = await eventsOf(rooms.state(roomId, { by: bob }))
  assert.ok(!state.some(({ type }) => type === 'm.room.topic'))
  const own = state.find((event) => event.state_key === bob.userId)
  assert.equal(own?.content['membership'], 'leave')
  await rooms.join(roomId, { by: bob })
  assert.deepEqual(await bodiesOf(rooms, roomId, bob), ['m0', 'm1', 'with Bob', 'without Bob'])
})

test('who left a room that is world readable now reads on, and still what they could read before', async () => {
  await using talk = await openTalk(1)
  const { rooms, roomId, alice, bob } = talk
  await rooms.join(roomId, { by: bob })
  await say(rooms, roomId, { by: alice, body: 'with Bob' })
  await rooms.leave(roomId, { by: bob })
  await say(rooms, roomId, { by: alice, body: 'private' })
  const content = { history_visibility: 'world_readable' }
  await rooms.sendState(roomId, { by: alice, type: 'm.room.history_visibility', stateKey: '', content })
  await say(rooms, roomId, { by: alice, body: 'for all' })
  assert.deepEqual(await bodiesOf(rooms, roomId, bob), ['m0', 'with Bob', 'for all'])
})

test('a stranger reads a world readable room and no other', async () => {
  await using talk = await openTalk(1)
  const { rooms, roomId, alice, bob } = talk
  for (const read of [() => bodiesOf(rooms, roomId, bob), () => rooms.state(roomId, { by: bob })])
    await assert.rejects(read(), { errcode: 'M_FORBIDDEN', status: 403 })
  const content = { history_visibility: 'world_readable' }
  await rooms.sendState(roomId, { by: alice, type: 'm.room.history_visibility', stateKey: '', content })
  await say(rooms, roomId, { by: alice, body: 'for all' })
  assert.deepEqual(await bodiesOf(rooms, roomId, bob), ['for all'])
})

for (const [visibility, seen] of [
  ['joined', ['joined']],
  ['invited', ['invited', 'joined']],
  ['shared', ['before', 'invited', 'joined']],
] as const)
  test(`with history visibility ${visibility} a newcomer sees ${seen.join(', ')}`, async () => {
    await using talk = await openTalk(0, {
      initial_state: [{ type: 'm.room.history_visibility', content: { history_visibility: visibility } }],
    })
    const { rooms, roomId, alice, bob } = talk
    await say(rooms, roomId, { by: alice, body: 'before' })
    await rooms.invite(roomId, { by: alice, target: bob.userId })
    await say(rooms, roomId, { by: alice, body: 'invited' })
    await rooms.join(roomId, { by: bob })
    await say(rooms, roomId, { by: alice, body: 'joined' })
    assert.deepEqual(await bodiesOf(rooms, roomId, bob), [...seen])
    assert.deepEqual(await bodiesOf(rooms, roomId, alice), ['before', 'invited', 'joined'])
  })

test('members can be asked for by membership and as of a token', async () => {
  await using talk = await openTalk(0)
  const { rooms, roomId, alice, bob } = talk
  const then = (JSON.parse(await rooms.messages(roomId, { by: alice, dir: 'b', limit: 1 })) as Page).start
  await rooms.join(roomId, { by: bob })
  await rooms.leave(roomId, { by: bob })
  const who = async (options: { at?: string; membership?: string; notMembership?: string }) =>
    (await eventsOf(rooms.members(roomId, { by: alice, ...options }))).map((event) => event.state_key)
  assert.deepEqual(await who({}), [alice.userId, bob.userId])
  assert.deepEqual(await who({ membership: 'leave' }), [bob.userId])
  assert.deepEqual(await who({ notMembership: 'leave' }), [alice.userId])
  assert.deepEqual(await who({ at: then }), [alice.userId])
})

test('state is shown once it is durable', async () => {
  await using talk = await openTalk(0)
  const { rooms, roomId, alice, store } = talk
  const sent = rooms.sendState(roomId, { by: alice, type: 'm.room.topic', stateKey: '', content: { topic: 'new' } })
  let shown = false
  while (!shown) {
    const state = await eventsOf(rooms.state(roomId, { by: alice }))
    shown = state.some(({ type }) => type === 'm.room.topic')
    const room = await rooms.byId(roomId)
    if (shown) assert.ok((room?.lastPosition ?? Infinity) <= store.durablePosition)
  }
  await sent
})
