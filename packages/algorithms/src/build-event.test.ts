// Building events: the text put together equals the plain way for every room version.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { buildEvent, type UnsignedEvent } from './build-event.ts'
import { canonicalJson } from './canonical-json.ts'
import { checkPdu } from './event-format.ts'
import { eventIdOf, hashMatches } from './hashes.ts'
import { roomVersion, roomVersions } from './room-version.ts'
import { signEvent, signingKeyFromSeed } from './signatures.ts'

const signer = { serverName: 'example.org', key: signingKeyFromSeed('ed25519:k', Buffer.alloc(32, 1)) }
const v12 = roomVersion('12') ?? assert.fail()

const fields = fc.record(
  {
    type: fc.constantFrom(
      'm.room.message',
      'm.room.member',
      'm.room.create',
      'm.room.power_levels',
      'm.room.redaction',
      'é"',
    ),
    sender: fc.constant('@alice:example.org'),
    content: fc.dictionary(
      fc.constantFrom('membership', 'users', 'creator', 'redacts', 'body', 'third_party_invite', '1', '__proto__'),
      fc.oneof(fc.maxSafeInteger(), fc.string({ unit: 'grapheme' }), fc.record({ signed: fc.boolean(), b: fc.nat() })),
    ),
    room_id: fc.constantFrom('!room:example.org', '!hash'),
    state_key: fc.string({ unit: 'grapheme' }),
    redacts: fc.constant('$other'),
    origin_server_ts: fc.nat(),
    depth: fc.nat(),
    prev_events: fc.array(fc.constantFrom('$a', '$b')),
    auth_events: fc.array(fc.constantFrom('$c', '$d')),
  },
  { requiredKeys: ['type', 'sender', 'content', 'origin_server_ts', 'depth', 'prev_events', 'auth_events'] },
)

describe('a built event', () => {
  for (const rules of roomVersions) {
    test(`of room version ${rules.id} equals one hashed and signed the plain way`, () => {
      fc.assert(
        fc.property(fields, (given) => {
          const event = (
            rules.eventIdFormat === 'opaque' ? { ...given, event_id: '$e:example.org' } : given
          ) as UnsignedEvent
          const { eventId, json, pdu } = buildEvent(event, rules, signer)
          const plain = signEvent({ ...event }, rules, signer)
          assert.equal(json, canonicalJson(plain))
          assert.equal(canonicalJson(pdu), json)
          assert.equal(eventId, eventIdOf(plain, rules))
          assert.ok(hashMatches(JSON.parse(json)))
        }),
        { numRuns: 25 },
      )
    })
  }

  test('that creates a room of version 12 has no room_id, and its id names the room', () => {
    const event = {
      type: 'm.room.create',
      state_key: '',
      sender: '@alice:example.org',
      content: { room_version: '12' },
    }
    const { eventId, json, pdu } = buildEvent(
      { ...event, origin_server_ts: 1, depth: 1, prev_events: [], auth_events: [] },
      v12,
      signer,
    )
    assert.ok(!json.includes('room_id'))
    assert.match(eventId, /^\$[A-Za-z0-9_-]{43}$/)
    assert.equal(checkPdu(JSON.parse(json), v12).json, json)
    assert.deepEqual(JSON.parse(json), pdu)
  })

  test('with content that has no canonical form is refused from room version 6', () => {
    const event = {
      type: 'x',
      sender: '@a:b',
      room_id: '!r:b',
      content: { x: 1.5 },
      origin_server_ts: 1,
      depth: 1,
      prev_events: [],
      auth_events: [],
    }
    assert.throws(() => buildEvent(event, v12, signer))
    assert.ok(buildEvent(event, roomVersion('5') ?? assert.fail(), signer).json.includes('1.5'))
  })
})
