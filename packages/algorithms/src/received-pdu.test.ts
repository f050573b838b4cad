// Events as they arrive: whole, tampered with, redacted on the way, or no events at all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExactJson } from '@myelin/protocol/exact-numbers'
import { sha256Base64 } from './hashes.ts'
import { buildEvent } from './build-event.ts'
import type { Pdu } from './event.ts'
import { readPdu, verifyReceived } from './received-pdu.ts'
import { redact } from './redaction.ts'
import { roomVersions } from './room-version.ts'
import { signingKeyFromSeed } from './signatures.ts'

const key = signingKeyFromSeed('ed25519:k', Buffer.alloc(32, 6))
const by = { entity: 'example.org', keyId: key.keyId, publicKey: key.publicKey }

for (const rules of roomVersions) {
  const isPaired = rules.eventReferences === 'pairs'
  const { eventId, json, pdu } = buildEvent(
    {
      type: 'm.room.message',
      sender: '@alice:example.org',
      room_id: '!room:example.org',
      content: { body: 'hello' },
      origin_server_ts: 1,
      depth: 1,
      prev_events: isPaired ? [['$p:example.org', { sha256: 'x' }]] : ['$p'],
      auth_events: [],
      event_id: isPaired ? '$e:example.org' : undefined,
    },
    rules,
    { serverName: 'example.org', key },
  )
  const read = (value: unknown) => {
    const received = readPdu(value, rules)
    return received.pdu === undefined ? assert.fail(received.refusal) : received
  }

  test(`a whole event of version ${rules.id} is itself`, () => {
    const received = read(JSON.parse(json))
    assert.deepEqual({ ...received, signedText: '' }, { eventId, pdu, json, isRedacted: false, signedText: '' })
    assert.ok(verifyReceived(received, by))
    assert.ok(!verifyReceived(received, { ...by, publicKey: Buffer.alloc(32, 9) }))
    assert.ok(!verifyReceived(received, { ...by, keyId: 'ed25519:other' }))
  })

  test(`an event of version ${rules.id} with other content is redacted, and still signed`, () => {
    const tampered: Pdu = { ...pdu, content: { body: 'goodbye' }, extra: 1 }
    const received = read(tampered)
    assert.equal(received.eventId, eventId)
    assert.ok(received.isRedacted)
    assert.deepEqual(received.pdu, redact(pdu, rules))
    assert.deepEqual(JSON.parse(received.json), received.pdu)
    assert.ok(verifyReceived(received, by))
  })

  test(`a redacted event of version ${rules.id} keeps its id and signature`, () => {
    const received = read(redact(pdu, rules))
    assert.equal(received.eventId, eventId)
    assert.ok(received.isRedacted)
    assert.ok(verifyReceived(received, by))
  })

  test(`an event of version ${rules.id} from somebody else has no valid signature`, () => {
    assert.ok(!verifyReceived(read({ ...pdu, sender: '@mallory:example.org' }), by))
  })
}

test('what is no event is dropped', () => {
  for (const rules of roomVersions) assert.ok('refusal' in readPdu({ type: 'x' }, rules))
})

// What a server whose language keeps `50.0` and 2^63 − 1 apart from 50 and 2^63 has hashed and signed.
for (const rules of roomVersions) {
  const isPaired = rules.eventReferences === 'pairs'
  const unsigned =
    `{"auth_events":[],"content":{"ban":50.0,"users":{"@alice:example.org":1e2}},"depth":9007199254740993,` +
    (isPaired ? '"event_id":"$e:example.org",' : '') +
    `HASHES"origin_server_ts":1,"prev_events":[],"room_id":"!room:example.org","sender":"@alice:example.org",SIGNATURES` +
    `"state_key":"","type":"m.room.power_levels"}`
  const hash = sha256Base64(unsigned.replace(/HASHES|SIGNATURES/g, ''))
  const hashed = unsigned.replace('HASHES', `"hashes":{"sha256":"${hash}"},`)
  const signedText = hashed.replace('SIGNATURES', '')
  const text = hashed.replace('SIGNATURES', `"signatures":{"example.org":{"ed25519:k":"${key.sign(signedText)}"}},`)

  if (rules.canonicalJson === 'lenient')
    test(`numbers of version ${rules.id} are hashed and signed as they were written`, () => {
      const received = readPdu(parseExactJson(text), rules)
      assert.ok(received.pdu)
      assert.equal(received.json, text)
      assert.equal(received.isRedacted, false)
      assert.ok(verifyReceived(received, by))
      assert.deepEqual(received.pdu, JSON.parse(text))
      const plain = readPdu(JSON.parse(text), rules)
      assert.ok(plain.pdu && plain.isRedacted && !verifyReceived(plain, by))
    })
  if (rules.depthMax === 2 ** 63)
    test(`the greatest depth of version ${rules.id} survives being written and read`, () => {
      const fields = { type: 'm.x', sender: '@alice:example.org', room_id: '!r:example.org', content: {} }
      const references = { prev_events: [], auth_events: [], event_id: isPaired ? '$e:example.org' : undefined }
      const at = { origin_server_ts: 1, depth: rules.depthMax }
      const { json } = buildEvent({ ...fields, ...references, ...at }, rules, { serverName: 'example.org', key })
      assert.match(json, /"depth":9223372036854775807,/)
      const received = readPdu(parseExactJson(json), rules)
      assert.ok(received.pdu && !received.isRedacted && verifyReceived(received, by))
      assert.equal(received.json, json)
    })
  if (rules.canonicalJson === 'strict')
    test(`such numbers are no event of version ${rules.id}`, () => {
      assert.ok('refusal' in readPdu(parseExactJson(text), rules))
    })
}
