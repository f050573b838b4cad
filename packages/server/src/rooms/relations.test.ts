// Redactions and relations: what is taken away, what is bundled, what can be listed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemEnvironment } from '../environment.ts'
import { originalOf } from '../store/events.ts'
import type { Actor } from './context.ts'
import { RedactedOriginals } from './redacted-originals.ts'
import { openTestRooms, say, type TestEvent } from './testing/open-rooms.ts'

async function openTalk(version = '12') {
  const net = await openTestRooms()
  const [alice, bob] = [await net.user('alice'), await net.user('bob')]
  const { rooms } = net
  const roomId = await rooms.create({ by: alice, request: { preset: 'public_chat', room_version: version } })
  await rooms.join(roomId, { by: bob })
  const root = await say(rooms, roomId, { by: alice, body: 'root' })
  const relate = (by: Actor, relatesTo: object, content: object = {}, type = 'm.room.message') =>
    rooms.send(roomId, { by, type, content: { body: 'child', ...content, 'm.relates_to': relatesTo } })
  const read = async (eventId: string, by: Actor = alice) =>
    JSON.parse(await rooms.event(roomId, { by, eventId })) as TestEvent
  const bundle = async (eventId: string) =>
    ((await read(eventId)).unsigned['m.relations'] ?? {}) as Record<string, Record<string, unknown>>
  return {
    ...net,
    alice,
    bob,
    roomId,
    root,
    relate,
    read,
    bundle,
    [Symbol.asyncDispose]: () => net[Symbol.asyncDispose](),
  }
}

for (const version of ['10', '11', '12'])
  test(`a redaction empties its event, room version ${version}`, async () => {
    await using talk = await openTalk(version)
    const { rooms, roomId, alice, root, read } = talk
    const redaction = await rooms.redact(roomId, { by: alice, eventId: root, reason: 'typo', transactionId: 'r1' })
    assert.equal(
      await rooms.redact(roomId, { by: alice, eventId: root, reason: 'typo', transactionId: 'r1' }),
      redaction,
    )
    const redacted = await read(root)
    assert.deepEqual(redacted.content, {})
    const because = redacted.unsigned['redacted_because'] as TestEvent
    assert.equal(because.event_id, redaction)
    assert.equal(because.redacts, root)
    assert.deepEqual(because.content, { reason: 'typo', redacts: root })
  })

test('what a redaction removed is kept for a week', async () => {
  await using talk = await openTalk()
  const { rooms, roomId, alice, root, store } = talk
  const room = await rooms.byId(roomId)
  const nid = room?.recent.find((event) => event.eventId === root)?.nid ?? 0
  await rooms.redact(roomId, { by: alice, eventId: root })
  assert.match((await originalOf(store.read, nid)) ?? '', /"body":"root"/)
  const later = new RedactedOriginals({ ...systemEnvironment, now: () => Date.now() + 8 * 24 * 3600 * 1000 })
  await store.write((w) => later.pruneIfDue(w))
  assert.equal(await originalOf(store.read, nid), undefined)
})

test('others can be redacted with the power for it only', async () => {
  await using talk = await openTalk()
  const { rooms, roomId, alice, bob, root, read } = talk
  await assert.rejects(rooms.redact(roomId, { by: bob, eventId: root }), { errcode: 'M_FORBIDDEN' })
  await assert.rejects(rooms.send(roomId, { by: bob, type: 'm.room.redaction', content: { redacts: root } }), {
    errcode: 'M_FORBIDDEN',
  })
  await assert.rejects(rooms.redact(roomId, { by: bob, eventId: '$unknown' }), { errcode: 'M_NOT_FOUND' })
  const his = await say(rooms, roomId, { by: bob, body: 'his' })
  await rooms.redact(roomId, { by: alice, eventId: his })
  assert.deepEqual((await read(his)).content, {})
})

test('the latest edit by the author is bundled', async () => {
  await using talk = await openTalk()
  const { alice, bob, root, relate, bundle } = talk
  await relate(alice, { rel_type: 'm.replace', event_id: root }, { 'm.new_content': { body: 'v2' } })
  const last = await relate(alice, { rel_type: 'm.replace', event_id: root }, { 'm.new_content': { body: 'v3' } })
  await relate(bob, { rel_type: 'm.replace', event_id: root }, { 'm.new_content': { body: 'not mine' } })
  assert.equal((await bundle(root))['m.replace']?.['event_id'], last)
  await talk.rooms.redact(talk.roomId, { by: alice, eventId: last })
  assert.notEqual((await bundle(root))['m.replace']?.['event_id'], last)
  await talk.rooms.redact(talk.roomId, { by: alice, eventId: root })
  assert.equal((await bundle(root))['m.replace'], undefined)
})

test('a thread is summarised at its root and listed', async () => {
  await using talk = await openTalk()
  const { rooms, roomId, alice, bob, root, relate, bundle } = talk
  const first = await relate(bob, { rel_type: 'm.thread', event_id: root })
  const second = await relate(bob, { rel_type: 'm.thread', event_id: root })
  const { 'm.thread': thread = {} } = await bundle(root)
  assert.equal((thread['latest_event'] as TestEvent).event_id, second)
  assert.equal(thread['count'], 2)
  assert.equal(thread['current_user_participated'], true)
  const list = JSON.parse(await rooms.threads(roomId, { by: alice })) as { chunk: TestEvent[] }
  assert.deepEqual(
    list.chunk.map((event) => event.event_id),
    [root],
  )
  await rooms.redact(roomId, { by: bob, eventId: second })
  const { 'm.thread': fewer = {} } = await bundle(root)
  assert.equal((fewer['latest_event'] as TestEvent).event_id, first)
  assert.equal(fewer['count'], 1)
  await assert.rejects(relate(alice, { rel_type: 'm.thread', event_id: first }), { errcode: 'M_INVALID_PARAM' })
})

test('a reaction counts once per key, and is listed, not bundled', async () => {
  await using talk = await openTalk()
  const { rooms, roomId, alice, bob, root, relate, bundle } = talk
  const react = (by: Actor, key: string) =>
    relate(by, { rel_type: 'm.annotation', event_id: root, key }, {}, 'm.reaction')
  const reaction = await react(bob, '👍')
  await react(bob, '🎉')
  await react(alice, '👍')
  await assert.rejects(react(bob, '👍'), { errcode: 'M_DUPLICATE_ANNOTATION', status: 400 })
  assert.deepEqual(await bundle(root), {})
  const listed = async (options: object) =>
    (JSON.parse(await rooms.relations(roomId, { by: alice, eventId: root, ...options })) as { chunk: TestEvent[] })
      .chunk
  assert.equal((await listed({ relType: 'm.annotation' })).length, 3)
  assert.equal((await listed({ relType: 'm.annotation', type: 'm.other' })).length, 0)
  assert.equal((await listed({ relType: 'm.thread' })).length, 0)
  await rooms.redact(roomId, { by: bob, eventId: reaction })
  assert.equal((await listed({})).length, 2)
  const racing = await Promise.allSettled([react(bob, '👍'), react(bob, '👍')])
  assert.equal(racing.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('relations are paged in both directions', async () => {
  await using talk = await openTalk()
  const { rooms, roomId, alice, root, relate } = talk
  const ids: string[] = []
  for (let i = 0; i < 5; i++) ids.push(await relate(alice, { rel_type: 'm.reference', event_id: root }))
  for (const dir of ['b', 'f'] as const) {
    const seen: string[] = []
    let from: string | undefined
    do {
      const options = { by: alice, eventId: root, relType: 'm.reference', dir, from, limit: 2 }
      const page = JSON.parse(await rooms.relations(roomId, options)) as { chunk: TestEvent[]; next_batch?: string }
      seen.push(...page.chunk.map((event) => event.event_id))
      from = page.next_batch
    } while (from !== undefined)
    assert.deepEqual(dir === 'f' ? seen : seen.toReversed(), ids)
  }
})

test('recursing finds what relates through others', async () => {
  await using talk = await openTalk()
  const { rooms, roomId, alice, bob, root, relate } = talk
  const reply = await relate(bob, { rel_type: 'm.thread', event_id: root })
  const edit = await relate(bob, { rel_type: 'm.replace', event_id: reply })
  const reaction = await relate(alice, { rel_type: 'm.annotation', event_id: reply, key: 'x' }, {}, 'm.reaction')
  const list = async (options: object) => {
    const page = JSON.parse(await rooms.relations(roomId, { by: alice, eventId: root, ...options }))
    return [page.chunk.map((event: TestEvent) => event.event_id), page.recursion_depth]
  }
  assert.deepEqual(await list({}), [[reply], undefined])
  assert.deepEqual(await list({ recurse: true }), [[reaction, edit, reply], 2])
  assert.deepEqual(await list({ recurse: true, relType: 'm.replace', dir: 'f' }), [[edit], 2])
})
