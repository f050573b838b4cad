// Filters: types with stars, senders, rooms, limits, and what is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '@myelin/protocol/errors'
import { syncTimelineEventsDefault, syncTimelineEventsMax } from '../limits.ts'
import { compileFilterText, eventTest, everything } from './filter.ts'

const code = (errcode: string) => (error: unknown) => error instanceof MatrixError && error.errcode === errcode

test('without a filter everything is accepted', () => {
  assert.ok(everything.timeline.acceptsAll)
  assert.ok(everything.acceptsRoom('!a:b'))
  assert.equal(everything.timelineLimit, syncTimelineEventsDefault)
  assert.equal(everything.includeLeave, false)
})

test('a star in a type stands for any text', () => {
  const test = eventTest({ types: ['m.room.*', 'a*b*c'] })
  const accepted = ['m.room.', 'm.room.name', 'abc', 'a-b-c', 'abbc', 'abcbc']
  const rejected = ['m.roomx', 'm.call', 'ab', 'acb', 'xabc', 'abcd']
  for (const type of accepted) assert.ok(test.accepts({ type }), type)
  for (const type of rejected) assert.ok(!test.accepts({ type }), type)
})

test('pieces around stars may not overlap', () => {
  assert.ok(!eventTest({ types: ['ab*ba'] }).accepts({ type: 'aba' }))
  assert.ok(eventTest({ types: ['ab*ba'] }).accepts({ type: 'abba' }))
})

test('what is excluded stays excluded though it is listed', () => {
  const test = eventTest({
    types: ['*'],
    not_types: ['m.room.member'],
    senders: ['@a:b'],
    not_senders: ['@a:b'],
  } as never)
  assert.ok(!test.accepts({ type: 'm.room.member', sender: '@a:b' }))
  assert.ok(!test.accepts({ type: 'm.room.name', sender: '@a:b' }))
})

test('an empty list of types accepts nothing', () => {
  assert.ok(!eventTest({ types: [] }).accepts({ type: 'm.room.message' }))
})

test('contains_url asks for a url in the content, or for none', () => {
  const withUrl = { type: 'm.room.message', content: { url: 'mxc://a/b' } }
  assert.ok(eventTest({ contains_url: true }).accepts(withUrl))
  assert.ok(!eventTest({ contains_url: false }).accepts(withUrl))
  assert.ok(eventTest({ contains_url: false }).accepts({ type: 'm.room.message', content: {} }))
})

test('rooms and not_rooms hold for the whole and for each part', () => {
  const filter = compileFilterText('{"room":{"not_rooms":["!a:b"],"timeline":{"rooms":["!c:b"]}}}')
  assert.ok(!filter.acceptsRoom('!a:b'))
  assert.ok(filter.acceptsRoom('!d:b'))
  assert.ok(!filter.timeline.acceptsRoom('!d:b'))
})

test('the timeline limit is bounded', () => {
  assert.equal(compileFilterText('{"room":{"timeline":{"limit":5}}}').timelineLimit, 5)
  assert.equal(compileFilterText('{"room":{"timeline":{"limit":100000}}}').timelineLimit, syncTimelineEventsMax)
})

test('a filter that is no JSON or does not fit is refused', () => {
  assert.throws(() => compileFilterText('{"room'), code('M_NOT_JSON'))
  assert.throws(() => compileFilterText('{"room":7}'), code('M_BAD_JSON'))
  assert.throws(() => compileFilterText('{"room":{"timeline":{"limit":-1}}}'), code('M_BAD_JSON'))
  assert.throws(() => compileFilterText('{"presence":{"types":"m.presence"}}'), code('M_BAD_JSON'))
})
