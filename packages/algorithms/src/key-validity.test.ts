// Validity of signing keys: by room version, with the bound of seven days, and for requests.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKeyValidForEvent, isKeyValidForRequest, keyValidityMaxMs, validUntil } from './key-validity.ts'
import { roomVersion } from './room-version.ts'

const v4 = roomVersion('4') ?? assert.fail()
const v5 = roomVersion('5') ?? assert.fail()
const now = 1_000_000_000_000
const event = (originServerTs: number) => ({ originServerTs, now })

test('a current key vouches for events until it expires, from version 5', () => {
  const key = { validUntilTs: now }
  assert.ok(isKeyValidForEvent(key, event(now), v5))
  assert.ok(!isKeyValidForEvent(key, event(now + 1), v5))
  assert.ok(isKeyValidForEvent(key, event(now + 1), v4))
})

test('no key is believed for more than seven days', () => {
  const key = { validUntilTs: now * 2 }
  assert.equal(validUntil(key.validUntilTs, now), now + keyValidityMaxMs)
  assert.ok(isKeyValidForEvent(key, event(now + keyValidityMaxMs), v5))
  assert.ok(!isKeyValidForEvent(key, event(now + keyValidityMaxMs + 1), v5))
})

test('a retired key vouches for events before it expired, in every version', () => {
  for (const rules of [v4, v5]) {
    assert.ok(isKeyValidForEvent({ expiredTs: 10 }, event(10), rules))
    assert.ok(!isKeyValidForEvent({ expiredTs: 10 }, event(11), rules))
  }
})

test('requests need a current key', () => {
  assert.ok(isKeyValidForRequest({ validUntilTs: now }, now))
  assert.ok(!isKeyValidForRequest({ validUntilTs: now - 1 }, now))
  assert.ok(!isKeyValidForRequest({ expiredTs: now + 1 }, now))
})
