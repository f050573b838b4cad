// X-Matrix headers: what is signed, and how tolerant the reader is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { signJson, signingKeyFromSeed, signatureOf } from './signatures.ts'
import { formatXMatrix, parseXMatrix, requestText, verifyXMatrix, xMatrixHeader } from './x-matrix.ts'

const key = signingKeyFromSeed('ed25519:key1', Buffer.alloc(32, 3))
const request = {
  method: 'PUT',
  uri: '/_matrix/federation/v1/send/1?a=b',
  origin: 'a.example',
  destination: 'b.example:8448',
}
const plain = { origin: 'a.example', destination: 'b.example', key: 'ed25519:key1', sig: 'AB+/c' }

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

test('headers are written in the form that old servers read', () => {
  assert.equal(
    formatXMatrix(plain),
    'X-Matrix origin="a.example",destination="b.example",key="ed25519:key1",sig="AB+/c"',
  )
})

const accepted = [
  'X-Matrix origin=a.example,destination=b.example,key="ed25519:key1",sig="AB+/c"',
  'x-matrix  ORIGIN="a.example" ,\tDestination="b.example", key=ed25519:key1,sig=AB+/c',
  'X-Matrix sig="AB+/c",future="x",key="ed25519:key1",destination="b\\.example",origin="a.ex\\ample"',
]
for (const header of accepted) {
  test(`${header} is read`, () => assert.deepEqual(parseXMatrix(header), plain))
}

test('the destination may be missing', () => {
  assert.equal(parseXMatrix('X-Matrix origin=a,key=k,sig=s')?.destination, undefined)
  assert.equal(parseXMatrix('X-Matrix origin=a,key=k,sig=s')?.origin, 'a')
})

const refused = [
  '',
  'Bearer abc',
  'X-Matrix',
  'X-Matrix origin=a,key=k',
  'X-Matrix origin="a,key=k,sig=s',
  'X-Matrix origin=a key=k sig=s',
  'X-Matrix origin=a,origin=b,key=k,sig=s',
  'X-Matrix origin=a,key=k,sig="s"x',
  'X-Matrixorigin=a,key=k,sig=s',
]
for (const header of refused) {
  test(`"${header}" is refused`, () => assert.equal(parseXMatrix(header), undefined))
}

test('whatever is written is read back', () => {
  fc.assert(
    fc.property(
      fc.record(
        { origin: fc.string(), destination: fc.string(), key: fc.string(), sig: fc.string() },
        { noNullPrototype: true },
      ),
      (header) => {
        assert.deepEqual(parseXMatrix(formatXMatrix(header)), header)
      },
    ),
  )
})
