// Relations and threads on a real store.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertEvent, redactEvent } from './events.ts'
import { addRelation, deleteRelation, relationsOf, relationsOfAll } from './relations.ts'
import type { Store } from './store.ts'
import { openTestStore } from './testing/open-store.ts'
import { addThreadReply, removeThreadReply, threadsByRoots, threadsOfRoom } from './threads.ts'

const room = { nid: 1 }
const [alice, bob, carol] = [1, 2, 3]
const eventId = (nid: number): string => `$${nid}`

interface Said {
  readonly nid: number
  readonly senderNid: number
  readonly threadNid?: number
}

const say = (store: Store, { nid, senderNid, threadNid }: Said): Promise<void> =>
  store.write((w) => {
    const event = { nid, ord: nid, type: 'm.room.message', senderNid, eventId: eventId(nid), depth: nid, ts: nid }
    insertEvent(w, {
      room,
      event: { ...event, threadNid, snapshot: 1, notifyCount: 0, highlightCount: 0, flags: 0, json: '{}' },
    })
    if (threadNid !== undefined) addThreadReply(w, { rootNid: threadNid, roomNid: 1, nid, ord: nid, senderNid })
  })

const relate = (store: Store, childNid: number, relType: string): Promise<void> =>
  store.write((w) => {
    const type = relType === 'm.annotation' ? 'm.reaction' : 'm.room.message'
    addRelation(w, { childNid, roomNid: 1, parentId: eventId(1), relType, type, senderNid: 1, key: 'x' })
  })

test('what relates to an event is paged both ways and narrowed by kind and type', async () => {
  await using store = await openTestStore()
  for (const nid of [1, 2, 3, 4]) await say(store, { nid, senderNid: alice })
  await relate(store, 2, 'm.annotation')
  await relate(store, 3, 'm.replace')
  await relate(store, 4, 'm.annotation')
  const list = async (more: Partial<Parameters<typeof relationsOf>[1]>) => {
    const range = { roomNid: 1, parentId: eventId(1), forwards: true, limit: 10, ...more }
    return (await relationsOf(store.read, range)).map(({ childNid }) => childNid)
  }
  assert.deepEqual(await list({}), [2, 3, 4])
  assert.deepEqual(await list({ forwards: false, limit: 2 }), [4, 3])
  assert.deepEqual(await list({ forwards: false, ord: 3 }), [2])
  assert.deepEqual(await list({ ord: 2 }), [3, 4])
  assert.deepEqual(await list({ relType: 'm.annotation' }), [2, 4])
  assert.deepEqual(await list({ type: 'm.room.message' }), [3])
  assert.deepEqual(await list({ roomNid: 2 }), [])
  await store.write((w) => deleteRelation(w, 2))
  assert.deepEqual(await list({}), [3, 4])
})

test('relations of many events are read at once, of the kinds asked for', async () => {
  await using store = await openTestStore()
  for (const nid of [1, 2, 3]) await say(store, { nid, senderNid: alice })
  await relate(store, 2, 'm.annotation')
  await relate(store, 3, 'm.replace')
  const parentIds = [eventId(1), eventId(2)]
  const found = await relationsOfAll(store.read, { roomNid: 1, parentIds, relTypes: ['m.replace', 'm.reference'] })
  assert.deepEqual(
    [...found].map(([parent, rows]) => [parent, rows.map(({ childNid }) => childNid)]),
    [[eventId(1), [3]]],
  )
})

test('threads are listed by their newest reply, with who took part', async () => {
  await using store = await openTestStore()
  await say(store, { nid: 1, senderNid: alice })
  await say(store, { nid: 2, senderNid: bob })
  await say(store, { nid: 3, senderNid: bob, threadNid: 2 })
  await say(store, { nid: 4, senderNid: carol, threadNid: 1 })
  await say(store, { nid: 5, senderNid: carol, threadNid: 1 })
  const list = async (userNid: number, more: Partial<Parameters<typeof threadsOfRoom>[1]> = {}) =>
    (await threadsOfRoom(store.read, { roomNid: 1, userNid, participated: false, limit: 10, ...more })).map(
      ({ rootNid, latestNid, replyCount, participated }) => [rootNid, latestNid, replyCount, participated],
    )
  assert.deepEqual(await list(alice), [
    [1, 5, 2, 1],
    [2, 3, 1, 0],
  ])
  assert.deepEqual(await list(carol, { participated: true }), [[1, 5, 2, 1]])
  assert.deepEqual(await list(bob, { ord: 5 }), [[2, 3, 1, 1]])
  assert.equal((await threadsByRoots(store.read, [1, 9], bob)).get(1)?.participated, 0)
})

test('a redacted reply leaves its thread, and the last one takes the thread with it', async () => {
  await using store = await openTestStore()
  await say(store, { nid: 1, senderNid: alice })
  await say(store, { nid: 2, senderNid: bob, threadNid: 1 })
  await say(store, { nid: 3, senderNid: carol, threadNid: 1 })
  const redact = (nid: number) =>
    store.write((w) => {
      redactEvent(w, { nid, redactedBy: 9, json: '{}', ts: 0 })
      removeThreadReply(w, { rootNid: 1, roomNid: 1 })
    })
  await redact(3)
  const thread = (await threadsByRoots(store.read, [1], alice)).get(1)
  assert.deepEqual([thread?.latestNid, thread?.latestOrd, thread?.replyCount], [2, 2, 1])
  await redact(2)
  assert.equal((await threadsByRoots(store.read, [1], alice)).size, 0)
})
