import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MatrixError } from '@myelin/protocol/errors'
import {
  noChanges,
  rulesInForce,
  withoutRule,
  withRule,
  withRuleSetting,
  type Rule,
  type Ruleset,
} from './rule-changes.ts'

const rule = (ruleId: string): Rule => ({ rule_id: ruleId, default: true, enabled: true, actions: ['notify'] })
const defaults: Ruleset = {
  override: [rule('.m.rule.master'), rule('.m.rule.reaction')],
  content: [],
  room: [],
  sender: [],
  underride: [rule('.m.rule.message')],
}
const named = (ruleId: string, kind = 'override') => ({ kind, ruleId })
const notify = { actions: ['notify'] }
const code = (errcode: string) => (error: unknown) => error instanceof MatrixError && error.errcode === errcode
const overrides = (changes: Parameters<typeof rulesInForce>[1]) =>
  rulesInForce(defaults, changes).override.map((each) => each.rule_id)

test('own rules come before the defaults, the newest first, but after the master rule', () => {
  const changes = withRule(withRule(noChanges, named('a'), notify), named('b'), notify)
  assert.deepEqual(overrides(changes), ['.m.rule.master', 'b', 'a', '.m.rule.reaction'])
})

test('a rule can be put before or after another own rule', () => {
  const two = withRule(withRule(noChanges, named('a'), notify), named('b'), notify)
  assert.deepEqual(overrides(withRule(two, named('c'), { ...notify, after: 'b' })).slice(1, 4), ['b', 'c', 'a'])
  assert.deepEqual(overrides(withRule(two, named('b'), { ...notify, after: 'a' })).slice(1, 3), ['a', 'b'])
  assert.deepEqual(overrides(withRule(two, named('a'), { ...notify, before: 'b' })).slice(1, 3), ['a', 'b'])
  assert.throws(() => withRule(two, named('c'), { ...notify, before: 'nothing' }), code('M_NOT_FOUND'))
})

test('changing a rule keeps its place and whether it is enabled', () => {
  const two = withRule(withRule(noChanges, named('a'), notify), named('b'), notify)
  const off = withRuleSetting(two, named('a'), { enabled: false })
  const changed = withRule(off, named('a'), { actions: [] })
  assert.deepEqual(overrides(changed).slice(1, 3), ['b', 'a'])
  const found = rulesInForce(defaults, changed).override[2]
  assert.deepEqual([found?.enabled, found?.actions], [false, []])
})

test('default rules can be disabled and changed, not deleted or made', () => {
  const changes = withRuleSetting(noChanges, named('.m.rule.message', 'underride'), { enabled: false, actions: [] })
  const found = rulesInForce(defaults, changes).underride[0]
  assert.deepEqual([found?.enabled, found?.actions, found?.default], [false, [], true])
  assert.throws(() => withoutRule(noChanges, named('.m.rule.message', 'underride')), code('M_INVALID_PARAM'))
  assert.throws(() => withRule(noChanges, named('.mine'), notify), code('M_INVALID_PARAM'))
})

test('own rules can be deleted once', () => {
  const changes = withRule(noChanges, named('a'), notify)
  assert.deepEqual(overrides(withoutRule(changes, named('a'))), overrides(noChanges))
  assert.throws(() => withoutRule(noChanges, named('a')), code('M_NOT_FOUND'))
})

test('a content rule needs a pattern, and actions must be known', () => {
  assert.throws(() => withRule(noChanges, named('a', 'content'), notify), code('M_MISSING_PARAM'))
  assert.throws(() => withRule(noChanges, named('a'), { actions: ['explode'] }), code('M_INVALID_PARAM'))
  assert.throws(() => withRule(noChanges, named('a/b'), notify), code('M_INVALID_PARAM'))
  assert.throws(() => withRule(noChanges, named('a', 'nonsense'), notify), code('M_INVALID_PARAM'))
})
