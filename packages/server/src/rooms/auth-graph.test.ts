// The auth DAG of a room, read from the store and kept up in memory.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuthDag } from '@myelin/algorithms/auth-dag'
import { insertEvent } from '../store/events.ts'
import { insertRoom } from '../store/rooms.ts'
import { insertSlot } from '../store/slots.ts'
import { beginAuthDag, loadAuthDag } from './auth-graph.ts'
import { eventFlag } from './room-event.ts'
import { openTestRooms } from './testing/open-rooms.ts'

/** Every event with what it cites, and its flags. */
function described(dag: AuthDag): string[] {
  const { count, nids, slots, flags, offsets, edges } = dag.graph()
  return Array.from({ length: count }, (_, local) => {
    const cited = [...edges.subarray(offsets[local], offsets[local + 1])].map((edge) => (edge < 0 ? -edge : nids[edge]))
    return `${nids[local]} at ${slots[local]}, ${flags[local]}: ${cited.toSorted().join(' ')}`
  }).toSorted()
}

test('what is read is what is kept up', async () => {
  await using net = await openTestRooms()
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const { rooms } = net
  const roomId = await rooms.create({ by: alice, request: { preset: 'public_chat' } })
  const kept = await rooms.byId(roomId)
  assert.ok(kept)
  await loadAuthDag(rooms.context, kept)
  await rooms.join(roomId, { by: bob })
  await rooms.sendState(roomId, { by: alice, type: 'm.room.topic', stateKey: '', content: { topic: 'x' } })
  await rooms.kick(roomId, { by: alice, target: bob.userId })
  await rooms.join(roomId, { by: bob })
  rooms.context.hotRooms.forgetAll()
  const loaded = await rooms.byId(roomId)
  assert.ok(loaded && loaded !== kept && kept.authDag)
  const read = described(await loadAuthDag(rooms.context, loaded))
  assert.ok(read.length > 8)
  assert.deepEqual(read, described(kept.authDag))
})

test('events are read in whatever order they came, without those that describe a room and those that were not judged', async () => {
  await using net = await openTestRooms()
  const { context } = net.rooms
  const json = (type: string, stateKey: string, cited: readonly string[]) =>
    JSON.stringify({ type, state_key: stateKey, sender: '@a:a', content: {}, auth_events: cited, prev_events: [] })
  const events = [
    { nid: 1, slot: 1, eventId: '$member', json: json('m.room.member', '@a:a', ['$create', '$unknown']), flags: 0 },
    { nid: 2, slot: 2, eventId: '$topic', json: json('m.room.topic', '', ['$create', '$member']), flags: 0 },
    { nid: 3, slot: 0, eventId: '$create', json: json('m.room.create', '', []), flags: 0 },
    { nid: 4, slot: 2, eventId: '$refused', json: json('m.room.topic', '', ['$create']), flags: eventFlag.rejected },
    { nid: 5, slot: 2, eventId: '$waiting', json: json('m.room.topic', '', ['$create']), flags: eventFlag.unjudged },
    { nid: 6, slot: 2, eventId: '$stripped-x', json: json('m.room.topic', '', []), flags: 0 },
  ]
  const numbers = { ord: undefined, senderNid: 1, depth: 1, ts: 1, snapshot: 0, notifyCount: 0, highlightCount: 0 }
  await context.store.write((w) => {
    insertRoom(w, { nid: 9, roomId: '!r:a', version: '11', isPublic: false })
    for (const slot of [0, 1, 2]) insertSlot(w, { roomNid: 9, slot, type: 'm.x', stateKey: `${slot}` })
    for (const { slot, ...event } of events)
      insertEvent(w, { room: { nid: 9 }, event: { ...numbers, ...event, type: 'm.x' }, slot })
  })
  const room = await context.hotRooms.get(9)
  const expected = ['1 at 1, 0: 3', '2 at 2, 0: 1 3', '3 at 0, 1: ', '4 at 2, 8: 3']
  assert.deepEqual(described(await loadAuthDag(context, room)), expected)
})

test('a room without state events need not be read, one with some must', async () => {
  await using net = await openTestRooms()
  const alice = await net.user('alice')
  const { context } = net.rooms
  await context.store.write((w) => insertRoom(w, { nid: 9, roomId: '!r:a', version: '11', isPublic: false }))
  const empty = await context.hotRooms.get(9)
  beginAuthDag(empty)
  assert.equal(empty.authDag?.count, 0)
  const room = await net.rooms.byId(await net.rooms.create({ by: alice, request: {} }))
  assert.ok(room)
  beginAuthDag(room)
  assert.equal(room.authDag, undefined)
})
