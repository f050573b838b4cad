// Numbers keep their text where events between servers may hold them, and are plain numbers everywhere else.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Type } from 'typebox'
import { isExactNumber, mayHoldExactNumbers, parseExactJson, withPlainNumbers } from './exact-numbers.ts'
import { parseJsonText } from './json-text.ts'
import { sendTransaction } from './server-server/transactions.ts'

const odd = ['1.0', '1e5', '-1.50', '9223372036854775807', '-9007199254740993', '1E+2', '0.10', '1e400']
const usual = ['0', '1', '-1', '1.5', '9007199254740991', '-0', '1e+21']

test('numbers that JavaScript would write otherwise keep their text', () => {
  for (const text of odd) {
    const value = parseExactJson(`{"n":${text},"list":[ ${text}]}`)
    assert.equal(JSON.stringify(value), `{"n":${text},"list":[${text}]}`)
    assert.deepEqual(withPlainNumbers(value), JSON.parse(`{"n":${text},"list":[${text}]}`))
  }
})

test('neither an address nor a figure in a text makes a whole transaction be read slowly', () => {
  for (const text of [
    '{"sender":"@a:127.0.0.1:8448"}',
    '["$a:1e5","b"]',
    '{"body":"it costs: 3.50 or, say, 4.25 each"}',
  ])
    assert.equal(mayHoldExactNumbers(text), false, text)
})

test('all other numbers are plain, minus nought is nought', () => {
  for (const text of usual) assert.deepEqual(parseExactJson(`[${text}]`), [Number(text)])
})

test('no object of a stranger passes for an exact number', () => {
  assert.ok(!isExactNumber(parseExactJson('{"rawJSON":"1.0"}')))
  assert.ok(!isExactNumber(parseExactJson('"1.0"')))
})

test('text is read as JSON.parse reads it, whatever it is', () => {
  const number = fc.oneof(
    fc.constantFrom(...odd, ...usual),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  )
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      number,
      fc.json({ maxDepth: 1 }),
      fc.array(tie('json'), { maxLength: 4 }).map((items) => `[${items.join(' , ')}]`),
      fc
        .array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom('__proto__', '1.0', 'rawJSON')), tie('json')), {
          maxLength: 4,
        })
        .map((members) => `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(',')}}`),
    ),
  }))
  fc.assert(
    fc.property(json, (text) => {
      assert.deepEqual(withPlainNumbers(parseExactJson(String(text))), withPlainNumbers(JSON.parse(String(text))))
    }),
  )
})

test('a transaction has exact numbers in its events and nowhere else', () => {
  const event = '{"depth":9223372036854775807,"content":{"ban":50.0}}'
  const body = parseJsonText(
    `{"origin":"a.b","origin_server_ts":1.7e12,"pdus":[${event}],"edus":[{"edu_type":"m.x","content":{"ts":1.0}}]}`,
    sendTransaction.body,
  )
  assert.equal(
    JSON.stringify(body),
    `{"origin":"a.b","origin_server_ts":1700000000000,"pdus":[${event}],"edus":[{"edu_type":"m.x","content":{"ts":1}}]}`,
  )
})

test('what is no object, list or known member has plain numbers', () => {
  for (const schema of [Type.Unknown(), Type.Object({ b: Type.Integer() }), Type.Array(Type.Number())])
    for (const text of ['1.0', '[1.0]', '{"a":1.0,"b":[1.0],"__proto__":1.0}'])
      assert.equal(JSON.stringify(parseJsonText(text, schema)), JSON.stringify(JSON.parse(text)))
})
