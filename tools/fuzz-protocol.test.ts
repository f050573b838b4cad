// A short run of the fuzzer, so that a parser that throws or changes what it reads is noticed early.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRequest } from '../packages/protocol/src/request.ts'
import { check } from '../packages/protocol/src/schema.ts'
import { createRouter } from '../packages/protocol/src/router.ts'
import { contentExamples, pduExamples, requestExamples } from './fuzz/examples.ts'
import { fuzz } from './fuzz/fuzz.ts'

test('20,000 mutated inputs are accepted unchanged or refused with a MatrixError', () => {
  const { accepted, refused } = fuzz(20_000, 7)
  assert.ok(accepted > 1000, 'hardly anything was accepted: the mutations are too wild to say much')
  assert.ok(refused > 1000, 'hardly anything was refused: the mutations are too tame to say much')
})

test('the same seed gives the same run', () => {
  const { accepted } = fuzz(2000, 3)
  assert.equal(fuzz(2000, 3).accepted, accepted)
})

test('the inputs the fuzzer starts from are right', () => {
  const router = createRouter(requestExamples.map(({ definition }) => ({ definition })))
  for (const { definition, path, query, body } of requestExamples) {
    const match = router.match(definition.method, path)
    assert.ok(match && 'entry' in match, path)
    parseRequest(match.entry.definition, { path: match.parameters, query, bodyText: JSON.stringify(body) })
  }
  for (const [definition, content] of contentExamples)
    assert.deepEqual(check(definition.content, content), { ok: true, value: content })
  for (const [schema, pdu] of pduExamples) assert.ok(check(schema, JSON.parse(JSON.stringify(pdu))).ok)
})
