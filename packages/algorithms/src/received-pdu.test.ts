// Events as they arrive: whole, tampered with, redacted on the way, or no events at all.
import assert from 'node:assert/strict'
import { test } from 'node:test'
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
