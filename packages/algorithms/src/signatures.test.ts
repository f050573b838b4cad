// Signed JSON and events: the specification's vectors, and what verification refuses.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { hashMatches } from './hashes.ts'
import { type RoomVersionRules, roomVersions } from './room-version.ts'
import {
  addEventSignature,
  signEvent,
  signJson,
  signingKeyFromLine,
  signingKeyFromPem,
  signingKeyFromSeed,
  signingKeyIds,
  verifyEvent,
  verifyJson,
} from './signatures.ts'

// https://spec.matrix.org/v1.19/appendices/#cryptographic-test-vectors
const encodedSeed = 'YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1'
const key = signingKeyFromSeed('ed25519:1', decodeBase64(encodedSeed) ?? Buffer.alloc(0))
const other = signingKeyFromSeed('ed25519:2', Buffer.alloc(32, 2))
const rulesOf = (version: number): RoomVersionRules => roomVersions[version - 1] ?? assert.fail()

describe('signed JSON', () => {
  test('carries the published signature of an empty object', () => {
    assert.deepEqual(signJson({}, 'domain', key), {
      signatures: {
        domain: {
          'ed25519:1': 'K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ',
        },
      },
    })
  })

  test('carries the published signature of an object with data', () => {
    const signed = signJson({ one: 1, two: 'Two' }, 'domain', key)
    assert.equal(
      signed.signatures['domain']?.['ed25519:1' as never],
      'KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw',
    )
  })

  test('does not cover unsigned or the signatures of others', () => {
    const twice = signJson(signJson({ a: 1, unsigned: { b: 2 } }, 'one', key), 'two', other)
    assert.ok(verifyJson({ ...twice, unsigned: 3 }, 'one', 'ed25519:1', key.publicKey))
    assert.ok(verifyJson(twice, 'two', 'ed25519:2', other.publicKey))
    assert.ok(!verifyJson({ ...twice, a: 2 }, 'one', 'ed25519:1', key.publicKey))
    assert.ok(!verifyJson(twice, 'one', 'ed25519:1', other.publicKey))
    assert.ok(!verifyJson(twice, 'three', 'ed25519:1', key.publicKey))
    assert.ok(!verifyJson(twice, 'one', 'ed25519:9', key.publicKey))
  })

  test('keeps the signatures an entity has by other keys', () => {
    const twice = signJson(signJson({ a: 1 }, 'one', key), 'one', other)
    assert.deepEqual(signingKeyIds(twice, 'one'), ['ed25519:1', 'ed25519:2'])
  })

  test('is not taken in when signatures are malformed', () => {
    for (const signatures of [
      undefined,
      null,
      [],
      'x',
      { one: 'x' },
      { one: { 'ed25519:1': 7 } },
      { one: { 'ed25519:1': '!' } },
    ]) {
      assert.ok(!verifyJson({ signatures }, 'one', 'ed25519:1', key.publicKey))
    }
    const bottomless = JSON.parse(
      `{"a":${'['.repeat(5000)}${']'.repeat(5000)},"signatures":{"one":{"ed25519:1":"AAAA"}}}`,
    )
    assert.ok(!verifyJson(bottomless, 'one', 'ed25519:1', key.publicKey))
  })

  test('knows Ed25519 only', () => {
    assert.deepEqual(signingKeyIds({ signatures: { a: { 'ed448:1': 'x', 'ed25519:a': 'x', 'ed25519:': 'x' } } }, 'a'), [
      'ed25519:a',
    ])
  })
})

describe('signed events', () => {
  test('carry the published hash and signature of a minimal event', () => {
    const event = {
      room_id: '!x:domain',
      sender: '@a:domain',
      origin: 'domain',
      origin_server_ts: 1_000_000,
      signatures: {},
      hashes: {},
      type: 'X',
      content: {},
      prev_events: [],
      auth_events: [],
      depth: 3,
      unsigned: { age_ts: 1_000_000 },
    }
    const signature = 'KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg'
    for (const version of [1, 6, 10]) {
      const signed = signEvent(event, rulesOf(version), { serverName: 'domain', key })
      assert.deepEqual(signed, {
        ...event,
        hashes: { sha256: '5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos' },
        signatures: { domain: { 'ed25519:1': signature } },
      })
      assert.ok(hashMatches(signed))
      assert.ok(
        verifyEvent(signed, rulesOf(version), { entity: 'domain', keyId: 'ed25519:1', publicKey: key.publicKey }),
      )
    }
  })

  const message = {
    content: { body: 'Here is the message content' },
    event_id: '$0:domain',
    origin: 'domain',
    origin_server_ts: 1_000_000,
    type: 'm.room.message',
    room_id: '!r:domain',
    sender: '@u:domain',
    signatures: {},
    unsigned: { age_ts: 1_000_000 },
  }

  test('carry the published hash and signature of an event with content to redact', () => {
    const signed = signEvent(message, rulesOf(1), { serverName: 'domain', key })
    assert.deepEqual(signed.hashes, { sha256: 'onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g' })
    assert.deepEqual(signed.signatures, {
      domain: { 'ed25519:1': 'Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA' },
    })
  })

  test('keep their signature and lose their hash when content is changed', () => {
    const signed = signEvent(message, rulesOf(10), { serverName: 'domain', key })
    const changed = { ...signed, content: { body: 'other' } }
    const by = { entity: 'domain', keyId: 'ed25519:1', publicKey: key.publicKey }
    assert.ok(verifyEvent(changed, rulesOf(10), by))
    assert.ok(!hashMatches(changed))
    assert.ok(hashMatches({ ...signed, hashes: { sha256: `${signed.hashes.sha256}=` } }))
    assert.ok(!hashMatches({ ...signed, hashes: {} }))
    assert.ok(!verifyEvent({ ...signed, sender: '@v:domain' }, rulesOf(10), by))
  })

  test('may be signed by a second server', () => {
    const once = signEvent(message, rulesOf(10), { serverName: 'domain', key })
    const twice = addEventSignature(once, rulesOf(10), { serverName: 'second', key: other })
    assert.deepEqual(twice.hashes, once.hashes)
    assert.ok(verifyEvent(twice, rulesOf(10), { entity: 'domain', keyId: 'ed25519:1', publicKey: key.publicKey }))
    assert.ok(verifyEvent(twice, rulesOf(10), { entity: 'second', keyId: 'ed25519:2', publicKey: other.publicKey }))
  })
})

describe('signing keys', () => {
  test('come from a seed, from a PEM file and from a line, all the same', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url')
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
    const keys = [
      signingKeyFromSeed('ed25519:a', seed),
      signingKeyFromPem('ed25519:a', pem.toString()),
      signingKeyFromLine(`ed25519 a ${encodeBase64(seed)}\n`),
    ]
    assert.equal(new Set(keys.map((key) => `${key.keyId} ${key.sign('x')} ${encodeBase64(key.publicKey)}`)).size, 1)
  })

  test('are refused with another algorithm, length or key id', () => {
    assert.throws(() => signingKeyFromSeed('ed25519:a', Buffer.alloc(31)), RangeError)
    assert.throws(() => signingKeyFromSeed('ed25519:a-b', Buffer.alloc(32)), RangeError)
    assert.throws(() => signingKeyFromLine('rsa a AAAA'), RangeError)
    const { privateKey } = generateKeyPairSync('ed448')
    assert.throws(
      () => signingKeyFromPem('ed25519:a', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()),
      RangeError,
    )
  })
})
