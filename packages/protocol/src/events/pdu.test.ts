// The shapes of events between servers, by room version.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '../schema.ts'
import { PduV1, PduV11, PduV12, PduV3, PduV6 } from './pdu.ts'

const pdu = {
  type: 'm.room.message',
  room_id: '!tea:garden.example',
  sender: '@ada:garden.example',
  origin_server_ts: 1_700_000_000_000,
  content: { body: 'Tea?' },
  depth: 12,
  hashes: { sha256: 'aGFzaA' },
  signatures: { 'garden.example': { 'ed25519:a': 'c2ln' } },
  auth_events: ['$a'],
  prev_events: ['$b'],
  'example.garden': true,
}

const ids = (count: number) => Array.from({ length: count }, (_, i) => `$${i}`)

test('room version 1 gives event ids and hashes of what it refers to', () => {
  const references = [['$a:garden.example', { sha256: 'aGFzaA' }]]
  const v1 = { ...pdu, event_id: '$e:garden.example', auth_events: references, prev_events: references }
  assert.ok(check(PduV1, v1).ok)
  assert.equal(check(PduV1, { ...v1, prev_events: ['$a:garden.example'] }).ok, false)
  assert.equal(check(PduV1, pdu).ok, false)
})

test('from room version 3 on references are event ids', () => {
  for (const shape of [PduV3, PduV6, PduV11, PduV12]) assert.ok(check(shape, pdu).ok)
})

test('a depth beyond 2^53 - 1 is fine until room version 5 and wrong from 6 on', () => {
  const deep = { ...pdu, depth: 2 ** 60 }
  assert.ok(check(PduV3, deep).ok)
  assert.equal(check(PduV6, deep).ok, false)
})

test('room ids are needed but in room version 12, whose create event has none', () => {
  const { room_id: _, ...create } = { ...pdu, type: 'm.room.create', state_key: '' }
  assert.ok(check(PduV12, create).ok)
  assert.equal(check(PduV11, create).ok, false)
})

test('an event refers to at most 10 auth events and 20 previous events', () => {
  assert.ok(check(PduV11, { ...pdu, auth_events: ids(10), prev_events: ids(20) }).ok)
  assert.equal(check(PduV11, { ...pdu, auth_events: ids(11) }).ok, false)
  assert.equal(check(PduV11, { ...pdu, prev_events: ids(21) }).ok, false)
})

test('a wrong field is told by its path', () => {
  const result = check(PduV11, { ...pdu, sender: 'ada' })
  assert.ok(!result.ok)
  assert.equal(result.path, '$.sender')
})
