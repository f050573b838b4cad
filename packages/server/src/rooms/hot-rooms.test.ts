// The rooms in memory: loaded once, let go when idle and durable, dropped when the store has lost a write.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertAlias } from '../store/aliases.ts'
import { threadTotalsKeptMax } from '../limits.ts'
import { HotRooms } from './hot-rooms.ts'
import { loadRoom } from './load-room.ts'
import { bodiesOf, openTestRooms, say, serverName, type TestRooms } from './testing/open-rooms.ts'

async function roomNids(net: TestRooms, count: number): Promise<number[]> {
  const alice = await net.user('alice')
  const nids: number[] = []
  for (let i = 0; i < count; i++) {
    const room = await net.rooms.byId(await net.rooms.create({ by: alice, request: {} }))
    assert.ok(room)
    nids.push(room.nid)
  }
  return nids
}

test('a room asked for by many at once is loaded once', async () => {
  await using net = await openTestRooms()
  const [nid = 0] = await roomNids(net, 1)
  let loads = 0
  const hotRooms = new HotRooms(net.store, (room) => {
    loads++
    return loadRoom(net.store, serverName, room)
  })
  const found = await Promise.all(Array.from({ length: 10 }, () => hotRooms.get(nid)))
  assert.equal(loads, 1)
  assert.equal(new Set(found).size, 1)
  assert.equal(hotRooms.peek(nid), found[0])
  await assert.rejects(hotRooms.get(nid + 100), { errcode: 'M_NOT_FOUND' })
})

test('the longest idle room goes first, but never one in use', async () => {
  await using net = await openTestRooms()
  const [a = 0, b = 0, c = 0, d = 0] = await roomNids(net, 4)
  const bounds = { rooms: 2, bytes: 1e9 }
  const hotRooms = new HotRooms(net.store, (room) => loadRoom(net.store, serverName, room), bounds)
  await hotRooms.use(a, async (held) => {
    for (const nid of [b, c, d]) await hotRooms.get(nid)
    assert.equal(hotRooms.peek(a), held)
    assert.equal(await hotRooms.get(a), held)
  })
  assert.deepEqual(
    [b, c].map((nid) => hotRooms.peek(nid)),
    [undefined, undefined],
  )
  await hotRooms.get(b)
  assert.equal(hotRooms.size, 2)
})

test('who is in a cold room is read once, until the room has been in memory', async () => {
  await using net = await openTestRooms()
  const [nid = 0] = await roomNids(net, 1)
  const hotRooms = new HotRooms(net.store, (room) => loadRoom(net.store, serverName, room))
  let reads = 0
  const company = async () => {
    const found = await hotRooms.company(nid, async () => ({ localJoined: [++reads], hosts: ['cold.test'] }))
    return { localJoined: [...found.localJoined], hosts: [...found.hosts] }
  }
  assert.deepEqual(
    [await company(), await company()].map(({ localJoined }) => localJoined),
    [[1], [1]],
  )
  const room = await hotRooms.get(nid)
  assert.deepEqual(await company(), { localJoined: [...room.localJoined], hosts: [serverName] })
  hotRooms.forgetAll()
  assert.deepEqual(await company(), { localJoined: [2], hosts: ['cold.test'] })
})

test('more rooms than there is room for can be in use at once', async () => {
  await using net = await openTestRooms()
  const [next = 0, ...nids] = await roomNids(net, 4)
  const hotRooms = new HotRooms(net.store, (room) => loadRoom(net.store, serverName, room), { rooms: 1, bytes: 1 })
  const all = Promise.withResolvers<void>()
  let inside = 0
  const enter = async () => {
    if (++inside === nids.length) all.resolve()
    await all.promise
  }
  await Promise.all(nids.map((nid) => hotRooms.use(nid, enter)))
  await hotRooms.get(next)
  assert.equal(hotRooms.size, 1)
})

test('after a write the store lost, rooms are loaded anew and go on', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: { room_alias_name: 'taken' } })
  await say(net.rooms, roomId, { by: alice, body: 'kept' })
  const room = await net.rooms.byId(roomId)
  const alias = { alias: `#taken:${serverName}`, roomNid: room?.nid ?? 0, creatorNid: alice.userNid }
  const lost = net.store.write((w) => insertAlias(w, alias))
  const behind = say(net.rooms, roomId, { by: alice, body: 'lost', transactionId: 'again' })
  assert.deepEqual(
    (await Promise.allSettled([lost, behind])).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(room?.dropped, true)
  await say(net.rooms, roomId, { by: alice, body: 'lost', transactionId: 'again' })
  assert.deepEqual(await bodiesOf(net.rooms, roomId, alice), ['kept', 'lost'])
})

test('a room swollen by past states is loaded anew', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: {} })
  const first = await net.rooms.byId(roomId)
  assert.ok(first)
  const set = (n: number) =>
    net.rooms.sendState(roomId, { by: alice, type: 'org.example', stateKey: '', content: { n } })
  await set(0)
  assert.equal(await net.rooms.byId(roomId), first)
  for (let slot = 0; !first.isBloated; slot++) first.arena.set(first.root, slot, 1)
  await set(1)
  const second = await net.rooms.byId(roomId)
  assert.notEqual(second, first)
  assert.equal(second?.arena.hash(second.root), first.arena.hash(first.root))
})

test('a room that somebody always uses is trimmed in use, and everybody goes on', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const roomId = await net.rooms.create({ by: alice, request: {} })
  const room = await net.rooms.byId(roomId)
  assert.ok(room)
  const set = (n: number) =>
    net.rooms.sendState(roomId, { by: alice, type: 'org.example', stateKey: '', content: { n } })
  const { hotRooms } = net.rooms.context
  const swell = () => {
    for (let nid = 1; !room.isBloated; nid++) room.arena.set(room.root, nid % 5_000, nid)
  }
  const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { root, snapshot } = room
  const entries = [...room.stateEntries(root)]
  const slow = hotRooms.use(room.nid, async () => {
    await first.promise
    assert.deepEqual([...room.stateEntries(root)], entries)
  })
  const events = [await set(0)]
  swell()
  events.push(await set(1))
  assert.equal(room.isBloated, false)
  // While one is there that was there before, it is not trimmed again.
  swell()
  events.push(await set(2))
  assert.equal(room.isBloated, true)
  const next = hotRooms.use(room.nid, () => second.promise)
  first.resolve()
  await slow
  for (let n = 3; room.isBloated; n++) events.push(await set(n))
  assert.equal(hotRooms.peek(room.nid), room)
  assert.throws(() => room.arena.size(root), RangeError)
  await room.loadRoots([snapshot])
  assert.deepEqual([...room.stateEntries(room.rootOf(snapshot))], entries)
  assert.equal(room.stateNid('org.example'), (await net.rooms.findEvent(room, events.at(-1) ?? ''))?.nid)
  second.resolve()
  await next
})

test('counters of many threads are let go once nobody uses the room, and read again', async () => {
  await using net = await openTestRooms({ hooks: { decide: () => ({ notify: true, highlight: false }) } })
  const alice = await net.user('alice')
  const { hotRooms } = net.rooms.context
  const roomId = await net.rooms.create({ by: alice, request: {} })
  const root = await say(net.rooms, roomId, { by: alice, body: 'root' })
  const inThread = async () => {
    const content = { body: 'x', 'm.relates_to': { rel_type: 'm.thread', event_id: root } }
    const eventId = await net.rooms.send(roomId, { by: alice, type: 'm.room.message', content })
    const room = await net.rooms.byId(roomId)
    const event = room && (await net.rooms.findEvent(room, eventId))
    return event?.notifyCount
  }
  assert.equal(await inThread(), 1)
  const room = await net.rooms.byId(roomId)
  assert.ok(room)
  for (let nid = 1; nid <= threadTotalsKeptMax; nid++) room.totals.set(-nid, { notify: 0, highlight: 0 })
  const main = room.totals.get(0)
  await hotRooms.use(room.nid, async () => assert.ok(room.totals.size > threadTotalsKeptMax))
  assert.deepEqual([...room.totals], [[0, main]])
  assert.equal(await inThread(), 2)
})

test('of a forked room past states are let go, not what its forks are resolved by', async () => {
  await using net = await openTestRooms()
  const [nid = 0] = await roomNids(net, 1)
  const { hotRooms } = net.rooms.context
  const room = await hotRooms.get(nid)
  const swell = () => {
    for (let event = 1; !room.isBloated; event++) room.arena.set(room.root, event % 5_000, event)
  }
  const { heads } = room
  room.heads = [...heads, { nid: 1, eventId: '$other', depth: 1 }]
  swell()
  await hotRooms.use(nid, async () => undefined)
  assert.equal(hotRooms.peek(nid), room)
  assert.equal(room.isBloated, false)
  room.heads = heads
  await hotRooms.use(nid, async () => undefined)
  assert.equal(hotRooms.peek(nid), undefined)
})
