// Sending, transaction ids, what a hot send costs, and that a restart changes nothing.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { bodiesOf, openTestRooms, say, type TestRooms, timelineOf } from './testing/open-rooms.ts'

test('what is sent can be read back in order', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: {} })
  for (const body of ['one', 'two', 'three']) await say(net.rooms, roomId, { by: alice, body })
  assert.deepEqual(await bodiesOf(net.rooms, roomId, alice), ['one', 'two', 'three'])
})

test('concurrent senders: every message is there once', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: {} })
  const bodies = Array.from({ length: 64 }, (_, i) => `message ${i}`)
  const ids = await Promise.all(bodies.map((body) => say(net.rooms, roomId, { by: alice, body })))
  assert.equal(new Set(ids).size, 64)
  assert.deepEqual(await bodiesOf(net.rooms, roomId, alice), bodies)
})

test('the same transaction id yields the same event, at once, later and after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-test-'))
  try {
    let first: string
    let roomId: string
    let alice
    {
      await using net = await openTestRooms({ folder })
      alice = await net.user('alice')
      roomId = await net.rooms.create({ by: alice, request: {} })
      const message = { by: alice, body: 'once', transactionId: 'txn1' }
      const both = await Promise.all([say(net.rooms, roomId, message), say(net.rooms, roomId, message)])
      first = both[0]
      assert.deepEqual(both, [first, first])
      assert.equal(await say(net.rooms, roomId, message), first)
      const elsewhere = await net.rooms.send(roomId, { ...message, type: 'org.example', content: {} })
      assert.notEqual(elsewhere, first)
      const otherDevice = { ...message, by: { ...alice, deviceNid: alice.deviceNid + 1 } }
      assert.notEqual(await say(net.rooms, roomId, otherDevice), first)
    }
    await using net = await openTestRooms({ folder })
    assert.equal(await say(net.rooms, roomId, { by: alice, body: 'once', transactionId: 'txn1' }), first)
    const mine = (await timelineOf(net.rooms, roomId, alice)).find((event) => event.event_id === first)
    assert.equal(mine?.unsigned['transaction_id'], 'txn1')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a send to a hot room reads nothing', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: {} })
  await say(net.rooms, roomId, { by: alice, body: 'warm up', transactionId: 't0' })
  const before = net.store.statistics().reads
  for (let i = 1; i <= 20; i++) await say(net.rooms, roomId, { by: alice, body: 'hot', transactionId: `t${i}` })
  assert.equal(net.store.statistics().reads - before, 0)
})

async function snapshotOf(net: TestRooms, roomId: string) {
  const room = await net.rooms.byId(roomId)
  assert.ok(room)
  return {
    state: [...room.stateEntries()],
    hash: room.arena.hash(room.root),
    heads: room.heads,
    snapshot: room.snapshot,
    members: [...room.memberships].toSorted(),
    localJoined: [...room.localJoined].toSorted(),
    joined: room.joinedCount,
    last: room.lastPosition,
    recent: room.recent.slice(-20).map((event) => event.clientJson()),
  }
}

test('after a restart the room has the same state, heads and counters', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'myelin-test-'))
  try {
    let roomId: string
    let before
    {
      await using net = await openTestRooms({ folder })
      const alice = await net.user('alice')
      const bob = await net.user('bob')
      roomId = await net.rooms.create({ by: alice, request: { preset: 'public_chat', name: 'x' } })
      await net.rooms.join(roomId, { by: bob })
      for (let i = 0; i < 200; i++)
        await net.rooms.sendState(roomId, { by: alice, type: 'org.example', stateKey: String(i % 20), content: { i } })
      for (let i = 0; i < 60; i++) await say(net.rooms, roomId, { by: bob, body: String(i) })
      before = await snapshotOf(net, roomId)
    }
    await using net = await openTestRooms({ folder })
    assert.deepEqual(await snapshotOf(net, roomId), before)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('what cannot be an event is refused', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: {} })
  const position = net.store.durablePosition
  const send = (content: Record<string, unknown>, type = 'm.room.message') =>
    net.rooms.send(roomId, { by: alice, type, content })
  await assert.rejects(send({ body: 'x'.repeat(65_536) }), { errcode: 'M_TOO_LARGE', status: 413 })
  await assert.rejects(send({ number: 1.5 }), { errcode: 'M_BAD_JSON' })
  await assert.rejects(send({}, 'a'.repeat(256)), { errcode: 'M_TOO_LARGE' })
  await assert.rejects(send({}, 'a\0'), { errcode: 'M_INVALID_PARAM' })
  await assert.rejects(net.rooms.send('!nowhere:example.org', { by: alice, type: 'a', content: {} }), {
    errcode: 'M_FORBIDDEN',
  })
  assert.equal(net.store.durablePosition, position)
})

test('somebody who is not in the room cannot send to it', async () => {
  await using net = await openTestRooms()
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const roomId = await net.rooms.create({ by: alice, request: {} })
  await assert.rejects(say(net.rooms, roomId, { by: bob, body: 'hello' }), { errcode: 'M_FORBIDDEN' })
})

test('state that is set already is not set again', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: {} })
  const set = (content: Record<string, unknown>) =>
    net.rooms.sendState(roomId, { by: alice, type: 'org.example', stateKey: 'k', content })
  const first = await set({ a: 1, b: [2] })
  assert.equal(await set({ b: [2], a: 1 }), first)
  assert.notEqual(await set({ a: 2 }), first)
  assert.notEqual(await set({ a: 1, b: [2] }), first)
})
