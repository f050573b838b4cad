// Canonical JSON: the specification's examples, the awkward keys, and the fast way against the plain one.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { parseExactJson } from '@myelin/protocol/exact-numbers'
import {
  CanonicalJsonError,
  canonicalJson,
  canonicalJsonPlain,
  compareCodePoints,
  jsonDepthMax,
} from './canonical-json.ts'

// https://spec.matrix.org/v1.19/appendices/#examples
const published: readonly (readonly [given: string, canonical: string])[] = [
  ['{}', '{}'],
  ['{"one": 1, "two": "Two"}', '{"one":1,"two":"Two"}'],
  ['{"b": "2", "a": "1"}', '{"a":"1","b":"2"}'],
  ['{"b":"2","a":"1"}', '{"a":"1","b":"2"}'],
  [
    `{"auth": {"success": true, "mxid": "@john.doe:example.com", "profile": {"display_name": "John Doe", "three_pids": [
      {"medium": "email", "address": "john.doe@example.org"}, {"medium": "msisdn", "address": "123456789"}]}}}`,
    '{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":[{"address":"john.doe@example.org","medium":"email"},{"address":"123456789","medium":"msisdn"}]},"success":true}}',
  ],
  ['{"a": "日本語"}', '{"a":"日本語"}'],
  ['{"本": 2, "日": 1}', '{"日":1,"本":2}'],
  ['{"a": "\\u65E5"}', '{"a":"日"}'],
  ['{"a": null}', '{"a":null}'],
  ['{"a": -0, "b": 1e10}', '{"a":0,"b":10000000000}'],
]

describe('canonical JSON', () => {
  for (const [given, canonical] of published) {
    test(`of ${given} is the specification's`, () => {
      assert.equal(canonicalJson(JSON.parse(given)), canonical)
      assert.equal(canonicalJsonPlain(JSON.parse(given)), canonical)
    })
  }

  test('sorts by code point, not by UTF-16 code unit', () => {
    assert.equal(canonicalJson({ '\u{1f600}': 1, '\uff5e': 2 }), '{"\uff5e":2,"\u{1f600}":1}')
    assert.ok(compareCodePoints('\uff5e', '\u{1f600}') < 0)
  })

  test('sorts integer-like keys as text', () => {
    assert.equal(canonicalJson({ 9: 1, 10: 2, '-': 3 }), '{"-":3,"10":2,"9":1}')
    assert.equal(canonicalJson({ a: { b: { 9: 1, 10: 2 } } }), '{"a":{"b":{"10":2,"9":1}}}')
  })

  test('keeps a key called __proto__', () => {
    assert.equal(canonicalJson(JSON.parse('{"z":1,"__proto__":{"b":1,"a":2}}')), '{"__proto__":{"a":2,"b":1},"z":1}')
    assert.equal(canonicalJson(JSON.parse('{"__proto__":{"b":1,"a":2}}')), '{"__proto__":{"a":2,"b":1}}')
    assert.equal(canonicalJson(JSON.parse('{"A":{"b":1,"a":2},"__proto__":1}')), '{"A":{"a":2,"b":1},"__proto__":1}')
  })

  test('keeps a key called __proto__ when only what follows it is out of order', () => {
    assert.equal(canonicalJson(JSON.parse('{"__proto__":1,"z":{"b":1,"a":2}}')), '{"__proto__":1,"z":{"a":2,"b":1}}')
  })

  test('escapes controls only, shortest form first', () => {
    assert.equal(canonicalJson('\b\t\n\f\r"\\\u0000\u001f\u007f/<'), '"\\b\\t\\n\\f\\r\\"\\\\\\u0000\\u001f\u007f/<"')
  })

  for (const value of [
    1.5,
    2 ** 53,
    -(2 ** 53),
    NaN,
    Infinity,
    '\ud800',
    { '\udc00': 1 },
    [1.5],
    { a: { b: 1e300 } },
  ]) {
    test(`refuses ${JSON.stringify(value)} where it is strict`, () => {
      assert.throws(() => canonicalJson(value), CanonicalJsonError)
      assert.throws(() => canonicalJsonPlain(value), CanonicalJsonError)
    })
  }

  test('lets old rooms have floats and large integers', () => {
    assert.equal(canonicalJson({ b: 50.57, a: 2 ** 60 }, 'lenient'), '{"a":1152921504606847000,"b":50.57}')
    assert.throws(() => canonicalJson(Infinity, 'lenient'), CanonicalJsonError)
  })

  test('refuses what is not JSON', () => {
    assert.throws(() => canonicalJson(() => 1), CanonicalJsonError)
    assert.throws(() => canonicalJson([undefined]), CanonicalJsonError)
    assert.throws(() => canonicalJson(1n, 'lenient'), CanonicalJsonError)
  })

  test('leaves out undefined members', () => {
    assert.equal(canonicalJson({ b: undefined, a: 1 }), '{"a":1}')
  })

  test('refuses bottomless nesting instead of overflowing the stack', () => {
    const nested = JSON.parse('['.repeat(30_000) + ']'.repeat(30_000))
    assert.throws(() => canonicalJson(nested), CanonicalJsonError)
    assert.ok(canonicalJson(JSON.parse('['.repeat(jsonDepthMax) + ']'.repeat(jsonDepthMax))))
  })

  test('does not change what it is given', () => {
    const value = { b: [{ d: 1, c: 2 }], a: 1 }
    canonicalJson(value)
    assert.deepEqual(Object.keys(value), ['b', 'a'])
    assert.deepEqual(Object.keys(value.b[0] ?? {}), ['d', 'c'])
  })

  const key = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('__proto__', '1', '10', '9', 'a', '\u{1f600}', '\uff5e'),
  )
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
      key,
      tie('array'),
      tie('object'),
    ),
    array: fc.array(tie('value'), { maxLength: 4 }),
    object: fc
      .uniqueArray(fc.tuple(key, tie('value')), { selector: ([name]) => name, maxLength: 5 })
      .map((members) => Object.fromEntries(members)),
  })).value

  test('fast and plain agree, for any value', () => {
    fc.assert(fc.property(json, (value) => canonicalJson(value) === canonicalJsonPlain(value)))
  })

  test('round-trips, and is its own canonical form', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value)
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
        assert.equal(canonicalJson(JSON.parse(text)), text)
      }),
    )
  })
})

test('numbers that kept their text are integers where it is strict, and their text where it is lenient', () => {
  const value = parseExactJson('{"b":1e10,"a":-0,"9":{"x":2.0}}')
  assert.equal(canonicalJson(value), '{"9":{"x":2},"a":0,"b":10000000000}')
  assert.equal(canonicalJson(value, 'lenient'), '{"9":{"x":2.0},"a":0,"b":1e10}')
  assert.equal(canonicalJsonPlain(value, 'lenient'), '{"9":{"x":2.0},"a":0,"b":1e10}')
  for (const text of ['[9007199254740993]', '{"a":1.50}'])
    assert.throws(() => canonicalJson(parseExactJson(text)), CanonicalJsonError)
  for (const mode of ['strict', 'lenient'] as const)
    assert.throws(() => canonicalJson(parseExactJson('[1e400]'), mode), CanonicalJsonError)
})
