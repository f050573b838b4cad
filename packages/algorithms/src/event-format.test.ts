// The event format: which objects are events of a room version, and the limits of size.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPdu } from './event-format.ts'
import { eventBytesMax, isIdentifierLengthAllowed } from './event-limits.ts'
import { authEventOf, redactsOf, referencedIds, roomIdOf } from './event.ts'
import type { JsonObject } from './json.ts'
import { type RoomVersionRules, roomVersions } from './room-version.ts'

const rulesOf = (version: number): RoomVersionRules => roomVersions[version - 1] ?? assert.fail()
const references = (version: number, ...ids: readonly string[]) =>
  version <= 2 ? ids.map((id) => [id, { sha256: 'x' }]) : ids
const good = (version: number, more: JsonObject = {}): JsonObject => ({
  type: 'm.room.message',
  sender: '@alice:example.org',
  room_id: '!room:example.org',
  content: {},
  origin_server_ts: 1,
  depth: 2,
  prev_events: references(version, '$a', '$b'),
  auth_events: references(version, '$c'),
  hashes: { sha256: 'x' },
  signatures: {},
  ...(version <= 2 ? { event_id: '$e:example.org' } : {}),
  ...more,
})
const refused = (version: number, more: JsonObject): boolean =>
  checkPdu(good(version, more), rulesOf(version)).refusal !== undefined

for (const { id } of roomVersions) {
  const version = Number(id)
  test(`a good event of version ${id} is one, without its unsigned part`, () => {
    const { pdu, json } = checkPdu(good(version, { unsigned: { age: 1 }, other: 1 }), rulesOf(version))
    assert.deepEqual(pdu, good(version, { other: 1 }))
    assert.deepEqual(JSON.parse(json ?? ''), pdu)
    assert.deepEqual(referencedIds(pdu?.prev_events ?? []), ['$a', '$b'])
  })

  test(`fields of version ${id} have their types`, () => {
    for (const name of [
      'type',
      'sender',
      'content',
      'origin_server_ts',
      'depth',
      'prev_events',
      'auth_events',
      'hashes',
      'signatures',
    ]) {
      for (const value of [undefined, null, true]) assert.ok(refused(version, { [name]: value }), `${name} ${value}`)
    }
    for (const value of [1, null]) assert.ok(refused(version, { state_key: value }))
    assert.ok(refused(version, { sender: 'alice' }))
    assert.ok(refused(version, { room_id: undefined }))
    assert.ok(refused(version, { depth: -1 }))
    assert.ok(refused(version, { depth: 1.5 }))
    assert.equal(refused(version, { event_id: 7 }), version <= 2)
  })

  test(`events of version ${id} name ten auth events and twenty previous events at most`, () => {
    const ids = (count: number) => references(version, ...Array.from({ length: count }, (_, at) => `$${at}`))
    assert.ok(!refused(version, { auth_events: ids(10), prev_events: ids(20) }))
    assert.ok(refused(version, { auth_events: ids(11) }))
    assert.ok(refused(version, { prev_events: ids(21) }))
    assert.ok(refused(version, { prev_events: references(version <= 2 ? 3 : 1, '$a') }))
  })

  test(`events of version ${id} are at most 65536 bytes`, () => {
    const room =
      eventBytesMax - (checkPdu(good(version, { content: { body: '' } }), rulesOf(version)).json ?? '').length
    assert.ok(!refused(version, { content: { body: 'x'.repeat(room) } }))
    assert.ok(refused(version, { content: { body: 'x'.repeat(room + 1) } }))
    assert.ok(refused(version, { content: { body: 'é'.repeat(room / 2 + 1) } }))
  })

  test(`numbers without canonical form are ${version < 6 ? 'let be' : 'refused'} in version ${id}`, () => {
    assert.equal(refused(version, { content: { x: 1.5 } }), version >= 6)
    assert.equal(refused(version, { depth: 2 ** 60 }), version >= 6)
  })
}

test('events of the past are not held to the number of events they name', () => {
  const many = Array.from({ length: 21 }, (_, n) => `$${n}`)
  for (const name of ['prev_events', 'auth_events']) {
    const value = good(11, { [name]: many })
    assert.match(checkPdu(value, rulesOf(11)).refusal ?? '', /more than/)
    assert.equal(checkPdu(value, rulesOf(11), { isHistory: true }).refusal, undefined)
  }
})

test('only events that create rooms of version 12 go without room_id', () => {
  assert.ok(!refused(12, { type: 'm.room.create', room_id: undefined }))
  assert.ok(refused(11, { type: 'm.room.create', room_id: undefined }))
  assert.ok(refused(12, { type: 'm.room.member', room_id: undefined }))
})

test('identifiers are measured in code points until version 10 and in bytes from version 11', () => {
  const long = 'é'.repeat(255)
  assert.ok(isIdentifierLengthAllowed(long, rulesOf(10)))
  assert.ok(isIdentifierLengthAllowed('\u{1f600}'.repeat(255), rulesOf(10)))
  assert.ok(!isIdentifierLengthAllowed(`${long}é`, rulesOf(10)))
  assert.ok(!isIdentifierLengthAllowed(long, rulesOf(11)))
  assert.ok(isIdentifierLengthAllowed('x'.repeat(255), rulesOf(11)))
  assert.ok(refused(11, { state_key: long }))
})

test('what is no object is no event', () => {
  for (const value of [null, [], 'x', 1, undefined]) assert.ok(checkPdu(value, rulesOf(12)).refusal)
})

test('authorisation sees what it needs of an event', () => {
  const { pdu } = checkPdu(
    good(12, { type: 'm.room.redaction', content: { redacts: '$x' }, redacts: '$y' }),
    rulesOf(12),
  )
  assert.ok(pdu)
  const view = authEventOf(pdu, rulesOf(12), '$id')
  assert.deepEqual(view.prevEvents, ['$a', '$b'])
  assert.equal(view.redacts, '$x')
  assert.equal(redactsOf(pdu, rulesOf(10)), '$y')
  assert.match(authEventOf(pdu, rulesOf(12)).eventId, /^\$[\w-]{43}$/)
  assert.equal(roomIdOf(pdu, '$id'), '!room:example.org')
  const { room_id: _, ...create } = pdu
  assert.equal(roomIdOf(create, '$id'), '!id')
})
