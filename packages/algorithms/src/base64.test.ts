// Unpadded base64: the specification's examples, both alphabets, and what is refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from './base64.ts'

// https://spec.matrix.org/v1.19/appendices/#unpadded-base64
const published = { '': '', f: 'Zg', fo: 'Zm8', foo: 'Zm9v', foob: 'Zm9vYg', fooba: 'Zm9vYmE', foobar: 'Zm9vYmFy' }

for (const [text, encoded] of Object.entries(published)) {
  test(`"${text}" is "${encoded}"`, () => {
    assert.equal(encodeBase64(Buffer.from(text)), encoded)
    assert.deepEqual(decodeBase64(encoded), Buffer.from(text))
  })
}

test('padding is accepted and never written', () => {
  assert.deepEqual(decodeBase64('Zg=='), Buffer.from('f'))
  assert.equal(encodeBase64(Buffer.from([255])), '/w')
  assert.equal(encodeBase64Url(Buffer.from([255])), '_w')
})

test('each alphabet refuses the other and everything else', () => {
  assert.equal(decodeBase64('_w'), undefined)
  assert.equal(decodeBase64Url('/w'), undefined)
  for (const text of ['Zm9v!', 'Z', 'Zm 9v', 'Zg=a', 'Zm9v\n']) assert.equal(decodeBase64(text), undefined)
})

test('a view of a larger buffer is encoded alone', () => {
  assert.equal(encodeBase64(new Uint8Array([1, 102, 111, 2]).subarray(1, 3)), 'Zm8')
})
