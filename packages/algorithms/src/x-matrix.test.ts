// X-Matrix headers: what is signed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseXMatrix } from '@myelin/protocol/x-matrix'
import { signJson, signingKeyFromSeed, signatureOf } from './signatures.ts'
import { requestText, verifyXMatrix, xMatrixHeader } from './x-matrix.ts'

const key = signingKeyFromSeed('ed25519:key1', Buffer.alloc(32, 3))
const request = {
  method: 'PUT',
  uri: '/_matrix/federation/v1/send/1?a=b',
  origin: 'a.example',
  destination: 'b.example:8448',
}

test('the signature is that of the JSON the specification describes', () => {
  for (const content of [undefined, {}, { z: 1, a: ['é'] }, null]) {
    const whole = content === undefined ? request : { ...request, content }
    const header = parseXMatrix(xMatrixHeader(whole, key)) ?? assert.fail()
    assert.equal(header.sig, signatureOf(signJson(whole, 'a.example', key), 'a.example', key.keyId))
    assert.ok(verifyXMatrix(whole, header, key.publicKey))
    assert.ok(!verifyXMatrix({ ...whole, method: 'GET' }, header, key.publicKey))
    assert.ok(!verifyXMatrix({ ...whole, content: { other: 1 } }, header, key.publicKey))
  }
})

test('canonical text of a body serves as well as the body', () => {
  assert.equal(requestText({ ...request, contentText: '{"a":1}' }), requestText({ ...request, content: { a: 1 } }))
})

const verifiesBody = (signed: string, contentText: string) => {
  const header = parseXMatrix(xMatrixHeader({ ...request, contentText: signed }, key)) ?? assert.fail()
  return verifyXMatrix({ ...request, contentText, content: JSON.parse(contentText) }, header, key.publicKey)
}

test('a body is verified by its text as it came, or else by its canonical JSON', () => {
  assert.ok(verifiesBody('{"a":1.0,"b":9223372036854775807}', '{"a":1.0,"b":9223372036854775807}'))
  assert.ok(verifiesBody('{"a":1,"b":2}', '{ "b": 2, "a": 1 }'))
  assert.ok(!verifiesBody('{"a":1,"b":2}', '{"a":1,"b":3}'))
  assert.ok(!verifiesBody('{}', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`))
})

test('a request without body is not verified by one with', () => {
  const header = parseXMatrix(xMatrixHeader(request, key)) ?? assert.fail()
  assert.ok(verifyXMatrix(request, header, key.publicKey))
  assert.ok(!verifyXMatrix({ ...request, contentText: '{}' }, header, key.publicKey))
  assert.ok(!verifyXMatrix({ ...request, contentText: '{}', content: {} }, header, key.publicKey))
})
