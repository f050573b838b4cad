// Events on a real store: found by nid, by id and by place, and what a redaction leaves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventIdHash } from './event-id-hash.ts'
import {
  addEventFlags,
  eventById,
  eventsByIds,
  eventsByNids,
  eventsInRoom,
  firstEvent,
  insertEvent,
  lastEvent,
  lastOrds,
  originalOf,
  placeEvent,
  pruneOriginals,
  redactEvent,
  type NewEvent,
} from './events.ts'
import { openTestStore } from './testing/open-store.ts'

const eventId = (nid: number): string => `$${String(nid).padStart(43, 'abcdefg')}`
const event = (nid: number, more: Partial<NewEvent> = {}): NewEvent => ({
  nid,
  ord: nid,
  type: 'm.room.message',
  senderNid: 1,
  eventId: eventId(nid),
  depth: nid,
  ts: 1_000 + nid,
  snapshot: 5,
  notifyCount: nid,
  highlightCount: 0,
  flags: 0,
  json: `{"content":{"body":"${nid}"}}`,
  ...more,
})
const room = { nid: 1 }
const nids = (rows: readonly { nid: number }[]): number[] => rows.map(({ nid }) => nid)

async function storeOf(events: readonly NewEvent[]) {
  const store = await openTestStore()
  await store.write((w) => {
    for (const each of events) insertEvent(w, { room, event: each })
  })
  return store
}

test('an event comes back as it was stored', async () => {
  await using store = await storeOf([])
  await store.write((w) => insertEvent(w, { room, event: event(1, { threadNid: 9 }), slot: 3 }))
  assert.deepEqual(await eventById(store.read, eventId(1)), {
    nid: 1,
    roomNid: 1,
    ord: 1,
    type: 'm.room.message',
    senderNid: 1,
    slot: 3,
    eventId: eventId(1),
    depth: 1,
    ts: 1_001,
    snapshot: 5,
    threadNid: 9,
    notifyCount: 1,
    highlightCount: 0,
    flags: 0,
    redactedBy: null,
    json: '{"content":{"body":"1"}}',
  })
})

test('events are read in the order asked for, unknown ones left out', async () => {
  await using store = await storeOf([event(1), event(2), event(3)])
  assert.deepEqual(nids(await eventsByNids(store.read, [3, 99, 1])), [3, 1])
  assert.deepEqual(nids(await eventsByIds(store.read, [eventId(2), '$unknown', eventId(1)])), [2, 1])
  assert.deepEqual(await eventsByNids(store.read, []), [])
})

test('ids that share 48 bits of their hash are told apart', async () => {
  const one = `$AAAAAAAA${'b'.repeat(35)}`
  const other = `$AAAAAAAA${'c'.repeat(35)}`
  assert.equal(eventIdHash(one), eventIdHash(other))
  await using store = await storeOf([event(1, { eventId: one }), event(2, { eventId: other })])
  assert.equal((await eventById(store.read, other))?.nid, 2)
  assert.deepEqual(nids(await eventsByIds(store.read, [other])), [2])
})

test('ids of old room versions have a hash too', () => {
  assert.notEqual(eventIdHash('$a:example.org'), eventIdHash('$b:example.org'))
  assert.ok(Number.isSafeInteger(eventIdHash('$a:example.org')))
  assert.equal(eventIdHash(`$${'A'.repeat(43)}`), 0)
})

test('a timeline is walked both ways between two places, without what is outside of it', async () => {
  await using store = await storeOf([
    event(10, { ord: -2 }),
    event(11, { ord: undefined }),
    event(1),
    event(2),
    event(3),
  ])
  await store.write((w) => insertEvent(w, { room: { nid: 2 }, event: event(4) }))
  const walk = async (range: Parameters<typeof eventsInRoom>[2]) => nids(await eventsInRoom(store.read, 1, range))
  assert.deepEqual(await walk({ dir: 'f', limit: 10 }), [10, 1, 2, 3])
  assert.deepEqual(await walk({ dir: 'b', limit: 10 }), [3, 2, 1, 10])
  assert.deepEqual(await walk({ dir: 'f', after: 1, upTo: 3, limit: 1 }), [2])
  assert.deepEqual(await walk({ dir: 'b', after: -2, upTo: 2, limit: 10 }), [2, 1])
  assert.equal((await lastEvent(store.read, 1))?.nid, 3)
  assert.equal((await firstEvent(store.read, 1))?.nid, 10)
  assert.deepEqual(
    [...(await lastOrds(store.read, [2, 1, 7]))],
    [
      [2, 4],
      [1, 3],
    ],
  )
})

test('an event from outside the timeline can be placed in it, and flags are added', async () => {
  await using store = await storeOf([event(1, { ord: undefined, flags: 4 })])
  await store.write((w) => {
    placeEvent(w, event(1, { ord: 7, snapshot: 8, flags: 0 }))
    addEventFlags(w, 1, 8)
    addEventFlags(w, 1, 2)
  })
  const row = await eventById(store.read, eventId(1))
  assert.deepEqual([row?.ord, row?.snapshot, row?.flags], [7, 8, 10])
})

test('a redaction replaces the text and keeps the first original until it is pruned', async () => {
  await using store = await storeOf([event(1)])
  await store.write((w) => redactEvent(w, { nid: 1, redactedBy: 2, json: '{}', ts: 500 }))
  await store.write((w) => redactEvent(w, { nid: 1, redactedBy: 3, json: '{"again":1}', ts: 600 }))
  const row = await eventById(store.read, eventId(1))
  assert.deepEqual([row?.json, row?.redactedBy], ['{"again":1}', 3])
  assert.equal(await originalOf(store.read, 1), '{"content":{"body":"1"}}')
  await store.write((w) => pruneOriginals(w, 501))
  assert.equal(await originalOf(store.read, 1), undefined)
})
