// Relations: what counts as one, valid edits, threads and bundles.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from './json.ts'
import {
  type RelatingEvent,
  bundledRelations,
  isDuplicateAnnotation,
  isValidEdit,
  latestEdit,
  mayStartThread,
  relationOf,
  repliesTo,
  threadIdOf,
} from './relations.ts'

const relates = (rel_type: string, event_id: string, more: JsonObject = {}): JsonObject => ({
  'm.relates_to': { rel_type, event_id, ...more },
})
const event = (eventId: string, content: JsonObject = {}, more: Partial<RelatingEvent> = {}): RelatingEvent => ({
  eventId,
  type: 'm.room.message',
  sender: '@a:a',
  content,
  originServerTs: 1,
  ...more,
})
const edit = (eventId: string, more: Partial<RelatingEvent> = {}): RelatingEvent =>
  event(eventId, { ...relates('m.replace', '$o'), 'm.new_content': {} }, more)

test('a relation has a type and a parent, a reply is none', () => {
  assert.deepEqual(relationOf(relates('m.annotation', '$p', { key: '👍' })), {
    relType: 'm.annotation',
    eventId: '$p',
    key: '👍',
  })
  const reply = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$p' } } }
  assert.equal(relationOf(reply), undefined)
  assert.equal(repliesTo(reply), '$p')
  for (const content of [
    {},
    { 'm.relates_to': 1 },
    { 'm.relates_to': { rel_type: 'x' } },
    { 'm.relates_to': { event_id: 1, rel_type: 'x' } },
  ]) {
    assert.equal(relationOf(content), undefined)
  }
})

describe('an edit', () => {
  const original = event('$o')
  test('is by the same sender, of the same type and has new content', () => {
    assert.ok(isValidEdit(original, edit('$e')))
    assert.ok(!isValidEdit(original, edit('$e', { sender: '@b:a' })))
    assert.ok(!isValidEdit(original, edit('$e', { type: 'm.sticker' })))
    assert.ok(!isValidEdit(original, event('$e', relates('m.replace', '$o'))))
    assert.ok(!isValidEdit(original, event('$e', { ...relates('m.replace', '$x'), 'm.new_content': {} })))
    assert.ok(!isValidEdit(original, event('$e', { ...relates('m.reference', '$o'), 'm.new_content': {} })))
  })
  test('is neither of state nor of an edit', () => {
    assert.ok(!isValidEdit({ ...original, stateKey: '' }, edit('$e')))
    assert.ok(!isValidEdit(original, edit('$e', { stateKey: '' })))
    assert.ok(!isValidEdit(event('$o', relates('m.replace', '$x')), edit('$e')))
    assert.ok(isValidEdit(event('$o', relates('m.thread', '$x')), edit('$e')))
  })
  test('that is encrypted keeps its new content to itself', () => {
    const encrypted = { type: 'm.room.encrypted' }
    assert.ok(isValidEdit(event('$o', {}, encrypted), event('$e', relates('m.replace', '$o'), encrypted)))
  })
  test('is the latest by time, then by id', () => {
    const edits = [
      edit('$a', { originServerTs: 2 }),
      edit('$c', { originServerTs: 3 }),
      edit('$b', { originServerTs: 3 }),
      edit('$z', { originServerTs: 9, sender: '@b:a' }),
    ]
    assert.equal(latestEdit(original, edits)?.eventId, '$c')
    assert.equal(latestEdit(original, edits.toReversed())?.eventId, '$c')
    assert.equal(latestEdit(original, []), undefined)
  })
})

test('a second reaction with the same key is a duplicate', () => {
  const reaction = (key: string, more: Partial<RelatingEvent> = {}) =>
    event('$r', relates('m.annotation', '$p', { key }), { type: 'm.reaction', ...more })
  assert.ok(isDuplicateAnnotation(reaction('👍'), reaction('👍')))
  assert.ok(!isDuplicateAnnotation(reaction('👍'), reaction('👎')))
  assert.ok(!isDuplicateAnnotation(reaction('👍'), reaction('👍', { sender: '@b:a' })))
  assert.ok(
    !isDuplicateAnnotation(event('$1', relates('m.reference', '$p')), event('$2', relates('m.reference', '$p'))),
  )
})

test('threads start at events that relate to nothing', () => {
  assert.ok(mayStartThread({}))
  assert.ok(mayStartThread({ 'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } } }))
  assert.ok(!mayStartThread(relates('m.thread', '$x')))
  assert.ok(!mayStartThread(relates('m.annotation', '$x')))
})

test('an event is in the thread it names, or that of what it relates to, within three hops', () => {
  const chain: Record<string, JsonObject> = {
    $1: relates('m.thread', '$root'),
    $2: relates('m.annotation', '$1'),
    $3: relates('m.reference', '$2'),
    $4: relates('m.reference', '$3'),
    $5: relates('m.reference', '$4'),
    $loop: relates('m.reference', '$loop'),
    $root: {},
  }
  const threadOf = (id: string) => threadIdOf(chain[id] ?? {}, (other) => chain[other])
  assert.deepEqual(['$1', '$2', '$3', '$4', '$5', '$loop', '$root'].map(threadOf), [
    '$root',
    '$root',
    '$root',
    '$root',
    'main',
    'main',
    'main',
  ])
  assert.equal(
    threadIdOf(relates('m.annotation', '$root'), (id) => chain[id]),
    'main',
  )
  assert.equal(
    threadIdOf(relates('m.annotation', '$unknown'), (id) => chain[id]),
    'main',
  )
})

test('a bundle is JSON of what there is', () => {
  assert.equal(bundledRelations({}), undefined)
  const thread = { latestEvent: '{"a":1}', count: 2, participated: true }
  assert.deepEqual(JSON.parse(bundledRelations({ edit: '{"b":1}', thread, references: ['$"'] }) ?? ''), {
    'm.replace': { b: 1 },
    'm.thread': { latest_event: { a: 1 }, count: 2, current_user_participated: true },
    'm.reference': { chunk: [{ event_id: '$"' }] },
  })
})
