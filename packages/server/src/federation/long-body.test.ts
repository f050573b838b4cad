// Long bodies, read element by element: the same comes out as from reading them whole.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { canonicalJson } from '@myelin/algorithms/canonical-json'
import { parseJsonText } from '@myelin/protocol/json-text'
import { Transaction } from '@myelin/protocol/server-server/definitions/transaction'
import { getRoomState } from '@myelin/protocol/server-server/events'
import { systemEnvironment as environment } from '../environment.ts'
import { longBodyElementBytesMax, longBodyElementsMax } from '../federation-limits.ts'
import { canonicalLongBody, longBodyOf, parseLongBody } from './long-body.ts'
import { transactionLists } from './transaction.ts'

const schemas = longBodyOf(Transaction) ?? {}
const parse = (text: string) => parseLongBody(environment, text, schemas)
const canonical = (text: string) => canonicalLongBody(environment, text, transactionLists)

const transaction = fc.record(
  {
    pdus: fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }))),
    edus: fc.array(fc.jsonValue({ maxDepth: 2 })),
    origin: fc.string(),
    origin_server_ts: fc.integer(),
    '\u{10000}': fc.jsonValue({ maxDepth: 1 }),
    '\uffff': fc.jsonValue({ maxDepth: 1 }),
  },
  { requiredKeys: ['origin', 'pdus'] },
)

describe('a long body', () => {
  test('is known by the lists of its definition', () => {
    assert.deepEqual(Object.keys(schemas).toSorted(), ['edus', 'origin', 'origin_server_ts', 'pdus'])
    assert.equal(longBodyOf(getRoomState.query), undefined)
    assert.equal(longBodyOf(undefined), undefined)
  })

  test('is parsed like a short one, numbers as they are written included', async () => {
    const text = '{"origin":"a.test","pdus":[{"a":1.0,"b":[1e5]},{}],"edus":[{"c":1.0}],"x":[[]],"origin_server_ts":5}'
    const { x: _, ...expected } = parseJsonText(text, Transaction) as Record<string, unknown>
    assert.equal(JSON.stringify(await parse(text)), JSON.stringify(expected))
    assert.match(JSON.stringify(await parse(text)), /"a":1\.0/)
  })

  test('has the canonical form that it has as a whole', async () => {
    await fc.assert(
      fc.asyncProperty(transaction, fc.boolean(), async (value, isIndented) => {
        const text = JSON.stringify(value, undefined, isIndented ? 1 : undefined)
        assert.equal(await canonical(text), canonicalJson(JSON.parse(text), 'lenient'))
        const { '\u{10000}': _, '\uffff': __, ...known } = JSON.parse(text) as Record<string, unknown>
        assert.deepEqual(await parse(text), known)
      }),
    )
    assert.equal(await canonical('{"pdus":[1e400]}'), undefined)
  })

  test('loses an element that is longer than any may be, and nothing else', async () => {
    const long = `"${'x'.repeat(longBodyElementBytesMax)}"`
    assert.deepEqual(await parse(`{"edus":[1,${long},2],"pdus":[${long}]}`), { edus: [1, 2], pdus: [] })
  })

  test('with too many elements, or that is not JSON, is refused', async () => {
    const many = Array.from({ length: longBodyElementsMax + 1 }, () => '{}').join(',')
    await assert.rejects(parse(`{"pdus":[${many}]}`), { errcode: 'M_TOO_LARGE' })
    for (const text of ['', '[]', '{"pdus":[', '{"pdus":[{]]}', '{"pdus":[]}}', '{"origin":nothing}'])
      await assert.rejects(parse(text), { errcode: 'M_NOT_JSON' }, text)
    await assert.rejects(parse(`{"pdus":[${'['.repeat(2_000)}${']'.repeat(2_000)}]}`), { errcode: 'M_BAD_JSON' })
  })
})
