// Sync as a client lives it: initial, incremental, long polls, tokens, restarts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '@myelin/protocol/errors'
import { bodies, openTestServer, say, temporaryFolder, type Device, type TestServer } from './testing/open-sync.ts'

const code = (errcode: string) => (error: unknown) => error instanceof MatrixError && error.errcode === errcode
const publicRoom = (server: TestServer, by: Device) => server.rooms.create({ by, request: { preset: 'public_chat' } })

test('an initial sync shows the room with all its state and the newest events', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const roomId = await publicRoom(server, alice)
  for (let i = 0; i < 12; i++) await say(server, roomId, alice, `message ${i}`)
  const answer = await server.poll(alice)
  const room = answer.rooms?.join?.[roomId]
  assert.deepEqual(
    bodies(room?.timeline),
    Array.from({ length: 10 }, (_, i) => `message ${i + 2}`),
  )
  assert.equal(room?.timeline.limited, true)
  const types = room.state?.events.map((event) => event.type) ?? []
  for (const type of ['m.room.create', 'm.room.member', 'm.room.power_levels', 'm.room.join_rules'])
    assert.ok(types.includes(type), type)
  assert.equal(room.summary?.['m.joined_member_count'], 1)
  assert.deepEqual(room.unread_notifications, { highlight_count: 0, notification_count: 0 })
})

test('what is paged back from prev_batch joins the timeline without gap or repeat', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const roomId = await publicRoom(server, alice)
  for (let i = 0; i < 30; i++) await say(server, roomId, alice, `message ${i}`)
  const room = (await server.poll(alice)).rooms?.join?.[roomId]
  assert.ok(room)
  const page = await server.rooms.messages(roomId, { by: alice, dir: 'b', from: room.timeline.prev_batch, limit: 5 })
  const { chunk } = JSON.parse(page)
  assert.deepEqual(
    bodies({ events: chunk.toReversed() }),
    [15, 16, 17, 18, 19].map((i) => `message ${i}`),
  )
})

test('an incremental sync shows only what is new, and then nothing', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  const quiet = await publicRoom(server, bob)
  await server.rooms.join(roomId, { by: bob })
  const first = await server.poll(bob)
  assert.ok(first.rooms?.join?.[quiet])
  await say(server, roomId, alice, 'hello')
  const second = await server.poll(bob, { since: first.next_batch })
  assert.deepEqual(Object.keys(second.rooms?.join ?? {}), [roomId])
  const room = second.rooms?.join?.[roomId]
  assert.deepEqual(bodies(room?.timeline), ['hello'])
  assert.equal(room?.timeline.limited, false)
  assert.deepEqual(room?.state?.events, [])
  assert.equal(room?.summary, undefined)
  const third = await server.poll(bob, { since: second.next_batch })
  assert.equal(third.rooms, undefined)
})

test('a long poll wakes when something happens, on every device', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const phone = { ...bob, deviceNid: server.store.nextNid('devices') }
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  const { next_batch: since } = await server.poll(bob)
  const waiting = [bob, phone].map((device) => server.poll(device, { since, timeoutMs: 60_000 }))
  await new Promise<void>((resolve) => void setImmediate(resolve))
  await say(server, roomId, alice, 'wake up')
  for (const answer of await Promise.all(waiting))
    assert.deepEqual(bodies(answer.rooms?.join?.[roomId]?.timeline), ['wake up'])
  assert.equal(server.sync.waiting, 0)
})

test('a long poll ends empty when its time is over', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const { next_batch: since } = await server.poll(alice)
  const keepAlive = setTimeout(() => undefined, 10_000)
  const answer = await server.poll(alice, { since, timeoutMs: 20 })
  clearTimeout(keepAlive)
  assert.equal(answer.rooms, undefined)
  assert.equal(answer.next_batch, since)
})

test('a poll without time-out answers at once though nothing happened', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const { next_batch: since } = await server.poll(alice)
  assert.deepEqual(Object.keys(await server.poll(alice, { since })).includes('next_batch'), true)
})

test('a token that is none, or from another server, is refused', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  await assert.rejects(server.poll(alice, { since: 'nonsense' }), code('M_INVALID_PARAM'))
  await assert.rejects(server.poll(alice, { since: 's999999' }), code('M_UNKNOWN_POS'))
  await assert.rejects(
    server.sync.sync({ requester: alice, filter: '17', signal: AbortSignal.timeout(1000) }),
    code('M_INVALID_PARAM'),
  )
})

test('the transaction id is shown to the device that sent the event, and to no other', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  const phone = { ...alice, deviceNid: server.store.nextNid('devices') }
  const roomId = await publicRoom(server, alice)
  const { next_batch: since } = await server.poll(alice)
  await server.rooms.send(roomId, { by: alice, type: 'm.room.message', content: { body: 'x' }, transactionId: 't1' })
  const seenBy = async (device: Device) =>
    (await server.poll(device, { since })).rooms?.join?.[roomId]?.timeline.events[0]?.unsigned?.['transaction_id']
  assert.equal(await seenBy(alice), 't1')
  assert.equal(await seenBy(phone), undefined)
})

test('messages of ignored users are not shown, their state is', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  const { next_batch: since } = await server.poll(alice)
  await server.ignore(alice, [bob.userId])
  await server.rooms.join(roomId, { by: bob })
  await say(server, roomId, bob, 'noise')
  const room = (await server.poll(alice, { since })).rooms?.join?.[roomId]
  assert.deepEqual(
    room?.timeline.events.map((event) => event.type),
    ['m.room.member'],
  )
  assert.equal(room?.unread_notifications.notification_count, 0)
})

test('an old token works after a restart, without gap or repeat', async () => {
  await using folder = await temporaryFolder()
  const roomIds: string[] = []
  let since = ''
  {
    await using server = await openTestServer({ folder: folder.path })
    const alice = await server.device('alice')
    for (let i = 0; i < 3; i++) roomIds.push(await publicRoom(server, alice))
    since = (await server.poll(alice)).next_batch
    await say(server, roomIds[0] ?? '', alice, 'before the restart')
  }
  await using server = await openTestServer({ folder: folder.path })
  const alice = await server.device('alice')
  await say(server, roomIds[0] ?? '', alice, 'after the restart')
  const answer = await server.poll(alice, { since })
  assert.deepEqual(Object.keys(answer.rooms?.join ?? {}), [roomIds[0]])
  assert.deepEqual(bodies(answer.rooms?.join?.[roomIds[0] ?? '']?.timeline), [
    'before the restart',
    'after the restart',
  ])
  assert.equal((await server.poll(alice, { since: answer.next_batch })).rooms, undefined)
})

test('twenty rounds of messages between polls arrive once each, in order', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  await server.rooms.join(roomId, { by: bob })
  let since = (await server.poll(bob)).next_batch
  const sent: string[] = []
  const seen: unknown[] = []
  for (let round = 0; round < 20; round++) {
    const sending = Array.from({ length: 1 + (round % 4) }, (_, i) => `${round}.${i}`)
    sent.push(...sending)
    const sends = Promise.all(sending.map((body) => say(server, roomId, alice, body)))
    const answer = await server.poll(bob, { since, timeoutMs: 60_000 })
    seen.push(...bodies(answer.rooms?.join?.[roomId]?.timeline))
    since = answer.next_batch
    await sends
  }
  seen.push(...bodies((await server.poll(bob, { since })).rooms?.join?.[roomId]?.timeline))
  assert.deepEqual(seen, sent)
})

test('what was said just before a leave arrives, however the commits fall', async () => {
  await using server = await openTestServer()
  const [alice, bob] = [await server.device('alice'), await server.device('bob')]
  const roomId = await publicRoom(server, alice)
  for (let round = 0; round < 30; round++) {
    await server.rooms.join(roomId, { by: bob })
    let since = (await server.poll(bob)).next_batch
    const said = say(server, roomId, alice, `round ${round}`)
    for (let turn = 0; turn < round % 5; turn++) await new Promise<void>((resolve) => void setImmediate(resolve))
    const left = server.rooms.leave(roomId, { by: bob })
    const seen: unknown[] = []
    for (let isGone = false; !isGone;) {
      const { rooms, next_batch: next } = await server.poll(bob, { since })
      await new Promise<void>((resolve) => void setImmediate(resolve))
      seen.push(...bodies(rooms?.join?.[roomId]?.timeline), ...bodies(rooms?.leave?.[roomId]?.timeline))
      isGone = rooms?.leave !== undefined
      since = next
    }
    await Promise.all([said, left])
    assert.deepEqual(seen, [`round ${round}`])
  }
})

test('an initial sync nobody waits for is not finished', async () => {
  await using server = await openTestServer()
  const alice = await server.device('alice')
  await publicRoom(server, alice)
  await assert.rejects(
    server.sync.sync({ requester: alice, signal: AbortSignal.abort() }),
    code('M_CONNECTION_TIMEOUT'),
  )
})
