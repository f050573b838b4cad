// Push rules as changes: nothing is lost on the way to storage and back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultPushRules } from '@myelin/algorithms/push-rules'
import {
  deletePushRule,
  setPushRule,
  setPushRuleActions,
  setPushRuleEnabled,
} from '@myelin/algorithms/push-rule-changes'
import type { PushRuleset } from '@myelin/algorithms/push-rule'
import { changesOf, noChanges, rulesInForce } from './rule-changes.ts'

const defaults = defaultPushRules('@alice:test')
const changed = (change: { readonly ruleset?: PushRuleset | undefined }): PushRuleset => {
  assert.ok(change.ruleset)
  return change.ruleset
}

test('a user who changed nothing has the default rules, and stores nothing', () => {
  assert.deepEqual(rulesInForce(defaults, noChanges), defaults)
  assert.deepEqual(changesOf(defaults, defaults), noChanges)
})

test('rules of the user’s own and settings of default rules come back as they were, in order', () => {
  const a = changed(setPushRule(defaults, { kind: 'override', ruleId: 'a' }, { actions: ['notify'] }))
  const b = changed(setPushRule(a, { kind: 'override', ruleId: 'b' }, { actions: [] }))
  const c = changed(setPushRule(b, { kind: 'content', ruleId: 'c' }, { actions: ['notify'], pattern: 'tea' }))
  const d = changed(setPushRuleEnabled(c, { kind: 'underride', ruleId: '.m.rule.message' }, false))
  const e = changed(setPushRuleActions(d, { kind: 'override', ruleId: '.m.rule.reaction' }, ['notify']))
  const f = changed(setPushRuleEnabled(e, { kind: 'override', ruleId: '.m.rule.master' }, true))
  assert.deepEqual(rulesInForce(defaults, changesOf(defaults, f)), f)
})

test('what was taken back is not stored', () => {
  const a = changed(setPushRule(defaults, { kind: 'room', ruleId: '!a:test' }, { actions: [] }))
  const gone = changed(deletePushRule(a, { kind: 'room', ruleId: '!a:test' }))
  assert.deepEqual(changesOf(defaults, gone), noChanges)
})

test('a default rule that is new reaches users who have changed others', () => {
  const changes = changesOf(
    defaults,
    changed(setPushRule(defaults, { kind: 'override', ruleId: 'a' }, { actions: [] })),
  )
  const rule = { rule_id: '.m.rule.new', default: true, enabled: true, actions: ['notify'] }
  const later = { ...defaults, override: [...defaults.override, rule] }
  assert.equal(rulesInForce(later, changes).override.at(-1)?.rule_id, '.m.rule.new')
})
