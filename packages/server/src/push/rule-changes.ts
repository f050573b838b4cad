// A user's push rules as the changes they made: rules of their own, and what they set on the default rules. Only this is
// stored, so that a new default rule reaches everybody. Pure.
// https://spec.matrix.org/v1.19/client-server-api/#push-rules
import { MatrixError } from '@myelin/protocol/errors'
import type { PushCondition } from '@myelin/protocol/client-server/definitions/push_condition'
import { pushRulesPerUserMax } from '../limits.ts'

export const ruleKinds = ['override', 'content', 'room', 'sender', 'underride'] as const
export type RuleKind = (typeof ruleKinds)[number]

export type Action = string | Readonly<Record<string, unknown>>

export interface Rule {
  readonly rule_id: string
  readonly default: boolean
  readonly enabled: boolean
  readonly actions: Action[]
  readonly conditions?: PushCondition[]
  readonly pattern?: string
}

export type Ruleset = Readonly<Record<RuleKind, Rule[]>>

/** What a user changed: own rules by kind, most important first, and settings of default rules by id. */
export interface RuleChanges {
  readonly own: Partial<Ruleset>
  readonly defaults: Readonly<Record<string, { readonly enabled?: boolean; readonly actions?: Action[] }>>
}

export const noChanges: RuleChanges = { own: {}, defaults: {} }

/** Which rule. */
export interface RuleName {
  readonly kind: string
  readonly ruleId: string
}

/** A rule as a client sets it. */
export interface RuleSetting {
  readonly actions: readonly Action[]
  readonly conditions?: readonly PushCondition[]
  readonly pattern?: string
  /** Id of the rule it goes before or after. */
  readonly before?: string | undefined
  readonly after?: string | undefined
}

const masterRule = '.m.rule.master'

/** The rules in force: within a kind the user's own before the defaults, except that the master rule comes first of all. */
export function rulesInForce(defaults: Ruleset, changes: RuleChanges): Ruleset {
  const ofKind = (kind: RuleKind): Rule[] => {
    const set = defaults[kind].map((rule) => ({ ...rule, ...changes.defaults[rule.rule_id] }))
    const own = changes.own[kind] ?? []
    const [first, ...rest] = set
    return first?.rule_id === masterRule ? [first, ...own, ...rest] : [...own, ...set]
  }
  return {
    override: ofKind('override'),
    content: ofKind('content'),
    room: ofKind('room'),
    sender: ofKind('sender'),
    underride: ofKind('underride'),
  }
}

/** The kind of that name. Throws M_INVALID_PARAM. */
export function ruleKind(kind: string): RuleKind {
  const found = ruleKinds.find((known) => known === kind)
  if (!found) throw new MatrixError('M_INVALID_PARAM', 'There is no such kind of push rule')
  return found
}

/** The rule of that name. Throws M_NOT_FOUND. */
export function findRule(rules: Ruleset, { kind, ruleId }: RuleName): Rule {
  const rule = rules[ruleKind(kind)].find((each) => each.rule_id === ruleId)
  if (!rule) throw new MatrixError('M_NOT_FOUND', 'There is no such push rule')
  return rule
}

/**
 * Adds an own rule or changes it. "When creating push rules, they MUST be enabled by default", and without `before` and
 * `after` the new one is the most important of its kind. Throws M_INVALID_PARAM, M_MISSING_PARAM and M_NOT_FOUND.
 */
export function withRule(changes: RuleChanges, name: RuleName, setting: RuleSetting): RuleChanges {
  const kind = ruleKind(name.kind)
  checkRuleId(name.ruleId)
  const own = changes.own[kind] ?? []
  const old = own.find((rule) => rule.rule_id === name.ruleId)
  const rule = newRule(kind, { ruleId: name.ruleId, setting, enabled: old?.enabled ?? true })
  const { before, after } = setting
  if (before === undefined && after === undefined)
    return withOwn(changes, kind, old ? own.map((each) => (each === old ? rule : each)) : [rule, ...own])
  const others = own.filter((each) => each !== old)
  const at = others.findIndex((each) => each.rule_id === (after ?? before))
  if (at < 0) throw new MatrixError('M_NOT_FOUND', 'The rule to stand before or after is none of your own of this kind')
  return withOwn(changes, kind, others.toSpliced(after === undefined ? at : at + 1, 0, rule))
}

/** Removes an own rule. Throws M_NOT_FOUND, M_INVALID_PARAM for default rules. */
export function withoutRule(changes: RuleChanges, { kind: kindName, ruleId }: RuleName): RuleChanges {
  const kind = ruleKind(kindName)
  if (ruleId.startsWith('.')) throw new MatrixError('M_INVALID_PARAM', 'A default rule can be disabled, not deleted')
  const own = changes.own[kind] ?? []
  if (!own.some((rule) => rule.rule_id === ruleId)) throw new MatrixError('M_NOT_FOUND', 'There is no such push rule')
  return withOwn(
    changes,
    kind,
    own.filter((rule) => rule.rule_id !== ruleId),
  )
}

/** Sets `enabled` or `actions` of a rule that exists, own or default. */
export function withRuleSetting(
  changes: RuleChanges,
  { kind: kindName, ruleId }: RuleName,
  setting: { readonly enabled?: boolean; readonly actions?: readonly Action[] },
): RuleChanges {
  const kind = ruleKind(kindName)
  const { actions, ...rest } = setting
  const checked = { ...rest, ...(actions && { actions: checkActions(actions) }) }
  if (ruleId.startsWith('.'))
    return { ...changes, defaults: { ...changes.defaults, [ruleId]: { ...changes.defaults[ruleId], ...checked } } }
  const own = (changes.own[kind] ?? []).map((rule) => (rule.rule_id === ruleId ? { ...rule, ...checked } : rule))
  return withOwn(changes, kind, own)
}

function withOwn(changes: RuleChanges, kind: RuleKind, rules: Rule[]): RuleChanges {
  const own = { ...changes.own, [kind]: rules }
  const count = Object.values(own).reduce((sum, each) => sum + each.length, 0)
  if (count > pushRulesPerUserMax) throw new MatrixError('M_LIMIT_EXCEEDED', 'You have too many push rules')
  return { ...changes, own }
}

function checkRuleId(ruleId: string) {
  if (ruleId.startsWith('.'))
    throw new MatrixError('M_INVALID_PARAM', 'Rule ids that begin with a dot are the server’s')
  if (ruleId.includes('/') || ruleId.includes('\\'))
    throw new MatrixError('M_INVALID_PARAM', 'A rule id may not contain slashes')
}

interface NewRule {
  readonly ruleId: string
  readonly setting: RuleSetting
  readonly enabled: boolean
}

/** "conditions: … Only applicable to underride and override rules"; "pattern: Only applicable to content rules". */
function newRule(kind: RuleKind, { ruleId, setting, enabled }: NewRule): Rule {
  const rule = { rule_id: ruleId, default: false, enabled, actions: checkActions(setting.actions) }
  if (kind === 'override' || kind === 'underride') return { ...rule, conditions: [...(setting.conditions ?? [])] }
  if (kind !== 'content') return rule
  if (setting.pattern === undefined) throw new MatrixError('M_MISSING_PARAM', 'A content rule needs a pattern')
  return { ...rule, pattern: setting.pattern }
}

function checkActions(actions: readonly Action[]): Action[] {
  const isKnown = (action: Action) =>
    typeof action === 'string'
      ? ['notify', 'dont_notify', 'coalesce'].includes(action)
      : typeof action['set_tweak'] === 'string'
  if (!actions.every(isKnown)) throw new MatrixError('M_INVALID_PARAM', 'An action is "notify" or sets a tweak')
  return [...actions]
}
