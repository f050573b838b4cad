// Maps check every value, whatever its key.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { sendToDevice } from './client-server/to_device.ts'
import { mapOf } from './map-of.ts'
import { check } from './schema.ts'

test('values are checked under every key, those with line breaks included', () => {
  const counts = mapOf(Type.Integer())
  for (const key of ['a', '', 'a\nb', '\n', '\r', 'a\u2028b', '\u2029', '\0', '💐', '__proto__']) {
    const right: unknown = JSON.parse(`{${JSON.stringify(key)}:1}`)
    const wrong: unknown = JSON.parse(`{${JSON.stringify(key)}:"one"}`)
    assert.ok(check(counts, right).ok, JSON.stringify(key))
    assert.equal(check(counts, wrong).ok, false, JSON.stringify(key))
  }
})

test('a line break in a user ID does not smuggle a wrong value into a request', () => {
  assert.equal(check(sendToDevice.body, { messages: { '@ada\n:a.b': 7 } }).ok, false)
})
