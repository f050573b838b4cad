// Changes of push rules: where a rule goes, what is refused, and that the old set is left alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaultPushRules } from './default-push-rules.ts'
import {
  type PushRuleChange,
  deletePushRule,
  findPushRule,
  pushRulesMax,
  setPushRule,
  setPushRuleActions,
  setPushRuleEnabled,
} from './push-rule-changes.ts'
import type { PushRuleKind, PushRuleset } from './push-rule.ts'

const defaults = defaultPushRules('@me:a')
const taken = (change: PushRuleChange): PushRuleset => change.ruleset ?? assert.fail(change.refusal?.message)
const rule = (ruleId: string, kind: PushRuleKind = 'override') => ({ kind, ruleId })
const own = (ruleset: PushRuleset, kind: PushRuleKind = 'override') =>
  ruleset[kind].filter((one) => !one.default).map((one) => one.rule_id)
const add = (ruleset: PushRuleset, ruleId: string, place: { readonly before?: string; readonly after?: string } = {}) =>
  setPushRule(ruleset, rule(ruleId), { actions: [], ...place })
const abc = taken(add(taken(add(taken(add(defaults, 'c')), 'b')), 'a'))

test('a new rule is the most important of its kind but for the master rule', () => {
  assert.deepEqual(own(abc), ['a', 'b', 'c'])
  assert.deepEqual(
    abc.override.slice(0, 2).map((one) => one.rule_id),
    ['.m.rule.master', 'a'],
  )
  assert.deepEqual(own(defaults), [])
})

test('a rule goes before or after another', () => {
  assert.deepEqual(own(taken(add(abc, 'x', { before: 'b' }))), ['a', 'x', 'b', 'c'])
  assert.deepEqual(own(taken(add(abc, 'x', { after: 'b' }))), ['a', 'b', 'x', 'c'])
  assert.deepEqual(own(taken(add(abc, 'x', { before: 'c', after: 'a' }))), ['a', 'b', 'x', 'c'])
  assert.deepEqual(own(taken(add(abc, 'a', { after: 'c' }))), ['b', 'c', 'a'])
})

test('a rule changed without a place stays where it is, and as enabled as it was', () => {
  const disabled = taken(setPushRuleEnabled(abc, rule('b'), false))
  const changed = taken(setPushRule(disabled, rule('b'), { actions: ['notify'], conditions: [{ kind: 'x' }] }))
  assert.deepEqual(own(changed), ['a', 'b', 'c'])
  assert.deepEqual(findPushRule(changed, rule('b')), {
    rule_id: 'b',
    default: false,
    enabled: false,
    actions: ['notify'],
    conditions: [{ kind: 'x' }],
  })
})

test('rules are placed by the rules of the user alone', () => {
  for (const anchor of ['.m.rule.reaction', 'nobody', 'x']) {
    assert.equal(add(abc, 'x', { before: anchor }).refusal?.errcode, 'M_UNKNOWN')
  }
})

test('kinds have the fields they need', () => {
  const content = taken(
    setPushRule(defaults, rule('cake', 'content'), {
      actions: ['notify'],
      pattern: 'cake',
      conditions: [{ kind: 'x' }],
    }),
  )
  assert.deepEqual(content.content, [
    { rule_id: 'cake', default: false, enabled: true, actions: ['notify'], pattern: 'cake' },
  ])
  assert.equal(setPushRule(defaults, rule('cake', 'content'), { actions: [] }).refusal?.errcode, 'M_MISSING_PARAM')
})

test('ids, actions and conditions out of order are refused', () => {
  for (const id of ['.mine', '', 'a/b', 'a\\b']) assert.equal(add(defaults, id).refusal?.errcode, 'M_INVALID_PARAM')
  for (const action of ['shout', 1, null, {}, { set_tweak: 1 }]) {
    assert.equal(setPushRule(defaults, rule('x'), { actions: [action] }).refusal?.errcode, 'M_INVALID_PARAM')
    assert.equal(setPushRuleActions(abc, rule('a'), [action]).refusal?.errcode, 'M_INVALID_PARAM')
  }
  assert.equal(setPushRule(defaults, rule('x'), { actions: [], conditions: [{}] }).refusal?.errcode, 'M_INVALID_PARAM')
})

test('default rules are adjusted but not deleted', () => {
  const loud = taken(setPushRuleActions(defaults, rule('.m.rule.reaction'), ['notify']))
  assert.deepEqual(findPushRule(loud, rule('.m.rule.reaction'))?.actions, ['notify'])
  assert.equal(deletePushRule(defaults, rule('.m.rule.reaction')).refusal?.errcode, 'M_INVALID_PARAM')
})

test('what does not exist is not found, save for withdrawn default rules', () => {
  assert.equal(deletePushRule(defaults, rule('x')).refusal?.errcode, 'M_NOT_FOUND')
  assert.equal(setPushRuleEnabled(defaults, rule('x'), true).refusal?.errcode, 'M_NOT_FOUND')
  assert.equal(setPushRuleEnabled(defaults, rule('a'), true).refusal?.errcode, 'M_NOT_FOUND')
  assert.equal(setPushRuleEnabled(defaults, rule('.m.rule.contains_user_name', 'content'), false).ruleset, defaults)
})

test('a rule is deleted', () => {
  assert.deepEqual(own(taken(deletePushRule(abc, rule('b')))), ['a', 'c'])
})

test('there is an end to new rules', () => {
  const [template] = abc.override.slice(1)
  assert.ok(template)
  const full = {
    ...abc,
    room: Array.from({ length: pushRulesMax }, (_, at) => Object.assign({}, template, { rule_id: `${at}` })),
  }
  assert.equal(add(full, 'x').refusal?.errcode, 'M_RESOURCE_LIMIT_EXCEEDED')
  assert.equal(add(full, 'a').refusal, undefined)
})
