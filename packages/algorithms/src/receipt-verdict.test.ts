// What becomes of events received, check by check.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { receiptVerdict } from './receipt-verdict.ts'

const passed = {
  byAuthEvents: undefined,
  byStateBefore: undefined,
  byCurrentState: undefined,
  policyServerAgrees: true,
}
const rejection = { rule: '6', reason: 'the sender is not in the room' }

test('an event that passes every check is accepted', () => {
  assert.deepEqual(receiptVerdict(passed), { verdict: 'accepted' })
})

test('an event refused by its auth events or the state before it is rejected', () => {
  assert.deepEqual(receiptVerdict({ ...passed, byAuthEvents: rejection }), { verdict: 'rejected', rejection })
  assert.deepEqual(receiptVerdict({ ...passed, byStateBefore: rejection, byCurrentState: rejection }), {
    verdict: 'rejected',
    rejection,
  })
})

test('an event refused by the current state or the policy server is soft-failed', () => {
  assert.deepEqual(receiptVerdict({ ...passed, byCurrentState: rejection }), { verdict: 'soft-failed', rejection })
  assert.equal(receiptVerdict({ ...passed, policyServerAgrees: false }).verdict, 'soft-failed')
})
