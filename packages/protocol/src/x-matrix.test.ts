// The X-Matrix header, as it is written and in the forms it arrives in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isServerName } from './identifiers.ts'
import type { ServerName } from './identifiers.ts'
import { formatXMatrix, parseXMatrix, parseXMatrixAll } from './x-matrix.ts'

const server = (text: string): ServerName => {
  assert.ok(isServerName(text))
  return text
}
const header = { origin: server('a.b:80'), destination: server('c.d'), key: 'ed25519:1', sig: 'abc+/' }

test('what is written is read again', () => {
  assert.equal(formatXMatrix(header), 'X-Matrix origin="a.b:80",destination="c.d",key="ed25519:1",sig="abc+/"')
  assert.deepEqual(parseXMatrix(formatXMatrix(header)), header)
})

test('names are read in any case and order, values quoted or bare, with spaces around', () => {
  for (const text of [
    'X-Matrix sig=abc+/,key=ed25519:1,destination=c.d,origin=a.b:80',
    'X-Matrix sig="abc+/",future="x",key="ed25519\\:1",destination="c\\.d",origin="a.b:80"',
    'x-matrix  Origin="a.b:80" , destination=c.d,KEY="ed25519:1" ,sig="abc+/", extra="\\"x"',
    'X-Matrix origin="a\\.b:80",destination="c.d",key="ed25519:1",sig="abc+/"',
  ])
    assert.deepEqual(parseXMatrix(text), header, text)
})

test('the destination may be missing, nothing else', () => {
  assert.equal(parseXMatrix('X-Matrix origin=a.b,key="k:1",sig=s')?.destination, undefined)
  for (const text of ['X-Matrix origin=a.b,key="k:1"', 'X-Matrix key="k:1",sig=s', 'X-Matrix origin=a.b,sig=s'])
    assert.equal(parseXMatrix(text), undefined, text)
})

test('other schemes, broken quoting and names that are no servers are refused', () => {
  for (const text of [
    '',
    'Bearer abc',
    'X-Matrix',
    'X-Matrix origin=a key=k sig=s',
    'X-Matrix origin=a,key=k,sig="s"x',
    'X-Matrixorigin=a,key=k,sig=s',
    'X-Matrix origin="a.b,key="k:1",sig=s',
    'X-Matrix origin=a.b,origin=c.d,key=k:1,sig=s',
    'X-Matrix origin="a b",key=k:1,sig=s',
    'X-Matrix origin=a.b,destination=a_b,key=k:1,sig=s',
    `X-Matrix ${'a=b,'.repeat(2000)}`,
  ])
    assert.equal(parseXMatrix(text), undefined, text.slice(0, 60))
})

test('several headers come joined by commas, and are read apart again', () => {
  const second = { ...header, key: 'ed25519:2', sig: 'X-Matrix origin=evil' }
  const joined = `${formatXMatrix(header)}, ${formatXMatrix(second)}`
  assert.deepEqual(parseXMatrixAll(joined), [header, second])
  assert.deepEqual(parseXMatrixAll('X-Matrix origin=a.b,key=k:1,sig=s,x-matrix  sig=t , key=k:2,origin=a.b'), [
    { origin: 'a.b', destination: undefined, key: 'k:1', sig: 's' },
    { origin: 'a.b', destination: undefined, key: 'k:2', sig: 't' },
  ])
  assert.deepEqual(parseXMatrixAll(formatXMatrix(header)), [header])
  assert.equal(parseXMatrix(joined), undefined)
})

test('of several headers each has to be one, and they are few', () => {
  const one = formatXMatrix(header)
  for (const text of [
    `${one}, Bearer abc`,
    `Basic abc, ${one}`,
    `${one}, X-Matrix origin=a.b`,
    `${one} ${one}`,
    Array.from({ length: 6 }, () => one).join(', '),
    '',
  ])
    assert.equal(parseXMatrixAll(text), undefined, text)
})

test('whatever key and signature are written are read back', () => {
  const text = fc.string({ minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(text, text, (key, sig) =>
      assert.deepEqual(parseXMatrix(formatXMatrix({ ...header, key, sig })), { ...header, key, sig }),
    ),
  )
})
