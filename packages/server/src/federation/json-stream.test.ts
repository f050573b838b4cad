// A long JSON object read as its bytes arrive.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { JsonStream, JsonStreamError } from './json-stream.ts'

const options = { lists: new Set(['state', 'chain']), values: new Set(['event', 'omitted']), valueBytesMax: 100_000 }

function read(text: string, chunkBytes: number, more: Partial<typeof options> = {}): unknown[] {
  const stream = new JsonStream({ ...options, ...more })
  const bytes = Buffer.from(text)
  const values: unknown[] = []
  for (let at = 0; at < bytes.length; at += chunkBytes)
    for (const { key, text: value } of stream.push(bytes.subarray(at, at + chunkBytes)))
      values.push([key, JSON.parse(value)])
  stream.finish()
  return values
}

describe('a JSON stream', () => {
  test('yields the elements of the lists and the members that are wanted, in their order', () => {
    const text = ' { "state" : [ {"a":"]}\\""} , 7,"x"],"other":[[{}]], "event":{"b":[1,2]},"omitted":true,"chain":[]} '
    const expected = [
      ['state', { a: ']}"' }],
      ['state', 7],
      ['state', 'x'],
      ['event', { b: [1, 2] }],
      ['omitted', true],
    ]
    for (let chunkBytes = 1; chunkBytes < 20; chunkBytes++) assert.deepEqual(read(text, chunkBytes), expected)
  })

  test('a member that should be a list and is none is no element of one', () => {
    const stream = new JsonStream({ ...options, values: new Set(['state']) })
    assert.deepEqual([...stream.push(Buffer.from('{"state":7}'))], [{ key: 'state', isElement: false, text: '7' }])
  })

  test('whatever is in the lists comes out of them, however the bytes are cut', () => {
    const anything = fc.jsonValue({ maxDepth: 3 })
    const object = fc.record({ other: anything, chain: fc.array(anything), state: fc.array(anything) })
    fc.assert(
      fc.property(object, fc.integer({ min: 1, max: 30 }), fc.boolean(), (value, chunkBytes, isIndented) => {
        const text = JSON.stringify(value, undefined, isIndented ? 1 : undefined)
        const expected = [...value.chain.map((each) => ['chain', each]), ...value.state.map((each) => ['state', each])]
        assert.equal(JSON.stringify(read(text, chunkBytes)), JSON.stringify(expected))
      }),
    )
  })

  for (const text of [
    '',
    '[]',
    '{"state":[1',
    '{"state" [1]}',
    '{"state":[1]',
    '{"state":[1]}x',
    '{state:[]}',
    '{"a":1 2}',
    '{,}',
  ])
    test(`${text || 'nothing'} is refused`, () => {
      assert.throws(() => read(text, 3), JsonStreamError)
    })

  test('a value that is too long is refused before it is held, a skipped one may be long', () => {
    assert.throws(() => read(`{"state":["${'x'.repeat(50)}"]}`, 10, { valueBytesMax: 40 }), JsonStreamError)
    assert.deepEqual(read(`{"skipped":["${'x'.repeat(50)}"]}`, 10, { valueBytesMax: 40 }), [])
  })
})
