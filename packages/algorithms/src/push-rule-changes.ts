// Changes a user makes to their push rules. Each returns the new rule set, or why it is refused; the old one is left alone.
// https://spec.matrix.org/v1.19/client-server-api/#push-rules-api
import { retiredPushRules } from './default-push-rules.ts'
import { isObject } from './json.ts'
import {
  type PushAction,
  type PushCondition,
  type PushRule,
  type PushRuleKind,
  type PushRuleset,
  masterRuleId,
} from './push-rule.ts'

/** Rules of one user, their own and the server's. */
export const pushRulesMax = 5000

/** A refusal, in the words of a Matrix error. */
export interface PushRuleRefusal {
  readonly errcode: 'M_INVALID_PARAM' | 'M_MISSING_PARAM' | 'M_NOT_FOUND' | 'M_UNKNOWN' | 'M_RESOURCE_LIMIT_EXCEEDED'
  readonly message: string
}

/** The rule set changed, or why it is not. */
export type PushRuleChange =
  | { readonly ruleset: PushRuleset; readonly refusal?: undefined }
  | { readonly ruleset?: undefined; readonly refusal: PushRuleRefusal }

/** Which rule is meant. */
export interface PushRuleName {
  readonly kind: PushRuleKind
  readonly ruleId: string
}

/** A rule as a user writes it. */
export interface PushRuleFields {
  readonly actions: readonly unknown[]
  readonly conditions?: readonly unknown[] | undefined
  readonly pattern?: string | undefined
}

const refuse = (errcode: PushRuleRefusal['errcode'], message: string): { readonly refusal: PushRuleRefusal } => ({
  refusal: { errcode, message },
})
const notFound = refuse('M_NOT_FOUND', 'The push rule was not found')

/** The rule of that name. */
export const findPushRule = (ruleset: PushRuleset, { kind, ruleId }: PushRuleName): PushRule | undefined =>
  ruleset[kind].find((rule) => rule.rule_id === ruleId)

/**
 * Adds a rule of the user's or replaces it: before or after another of theirs where asked, else a new one becomes the most
 * important of its kind and one that exists stays where it is.
 */
export const setPushRule = (
  ruleset: PushRuleset,
  name: PushRuleName,
  change: PushRuleFields & { readonly before?: string | undefined; readonly after?: string | undefined },
): PushRuleChange => {
  const refusal = fieldsRefusal(name, change) ?? sizeRefusal(ruleset, name)
  if (refusal !== undefined) return refusal
  const existing = findPushRule(ruleset, name)
  const rule = ruleOf(name, change, existing?.enabled ?? true)
  const anchor = change.before ?? change.after
  if (existing !== undefined && anchor === undefined) return replaceRule(ruleset, name, rule)
  const others = ruleset[name.kind].filter((other) => other.rule_id !== name.ruleId)
  const at = placeOf(others, change)
  if (at < 0) return refuse('M_UNKNOWN', `before/after rule not found: ${anchor}`)
  return { ruleset: { ...ruleset, [name.kind]: others.toSpliced(at, 0, rule) } }
}

/** Enables or disables a rule. */
export const setPushRuleEnabled = (ruleset: PushRuleset, name: PushRuleName, enabled: boolean): PushRuleChange =>
  adjust(ruleset, name, { enabled })

/** Sets what a rule does; default rules included. */
export const setPushRuleActions = (
  ruleset: PushRuleset,
  name: PushRuleName,
  actions: readonly unknown[],
): PushRuleChange =>
  areActions(actions)
    ? adjust(ruleset, name, { actions })
    : refuse('M_INVALID_PARAM', 'An action is neither a name nor a tweak')

/** Removes a rule of the user's. */
export const deletePushRule = (ruleset: PushRuleset, name: PushRuleName): PushRuleChange => {
  const rule = findPushRule(ruleset, name)
  if (rule === undefined) return notFound
  if (rule.default) return refuse('M_INVALID_PARAM', 'Default push rules cannot be deleted')
  return { ruleset: { ...ruleset, [name.kind]: ruleset[name.kind].filter((other) => other !== rule) } }
}

const adjust = (ruleset: PushRuleset, name: PushRuleName, change: Partial<PushRule>): PushRuleChange => {
  const rule = findPushRule(ruleset, name)
  if (rule !== undefined) return replaceRule(ruleset, name, { ...rule, ...change })
  return retiredPushRules.has(name.ruleId) ? { ruleset } : notFound
}

const replaceRule = (ruleset: PushRuleset, { kind, ruleId }: PushRuleName, rule: PushRule): PushRuleChange => ({
  ruleset: { ...ruleset, [kind]: ruleset[kind].map((other) => (other.rule_id === ruleId ? rule : other)) },
})

const ruleOf = ({ kind, ruleId }: PushRuleName, fields: PushRuleFields, enabled: boolean): PushRule => ({
  rule_id: ruleId,
  default: false,
  enabled,
  actions: fields.actions.filter(isAction),
  ...(kind === 'override' || kind === 'underride' ? { conditions: (fields.conditions ?? []).filter(isCondition) } : {}),
  ...(kind === 'content' ? { pattern: fields.pattern ?? '' } : {}),
})

/** Where a rule goes among the others of its kind; -1 when the rule to go by is not one of the user's. */
const placeOf = (
  others: readonly PushRule[],
  { before, after }: { readonly before?: string | undefined; readonly after?: string | undefined },
): number => {
  const anchor = before ?? after
  // "It is not possible to add a rule relative to a predefined server rule."
  if (anchor === undefined) return others[0]?.rule_id === masterRuleId ? 1 : 0
  const at = others.findIndex((rule) => rule.rule_id === anchor && !rule.default)
  return at < 0 || before !== undefined ? at : at + 1
}

const sizeRefusal = (ruleset: PushRuleset, name: PushRuleName) => {
  const count = Object.values(ruleset).reduce((sum, rules) => sum + rules.length, 0)
  return count >= pushRulesMax && findPushRule(ruleset, name) === undefined
    ? refuse('M_RESOURCE_LIMIT_EXCEEDED', `There are ${pushRulesMax} push rules already`)
    : undefined
}

const fieldsRefusal = ({ kind, ruleId }: PushRuleName, { actions, conditions = [], pattern }: PushRuleFields) => {
  if (ruleId.startsWith('.')) return refuse('M_INVALID_PARAM', "Rule ids that start with a dot are the server's")
  if (ruleId === '' || /[/\\]/.test(ruleId))
    return refuse('M_INVALID_PARAM', 'A rule id has neither slashes nor backslashes')
  if (!areActions(actions)) return refuse('M_INVALID_PARAM', 'An action is neither a name nor a tweak')
  if (kind === 'content' && pattern === undefined) return refuse('M_MISSING_PARAM', 'A content rule needs a pattern')
  return conditions.every(isCondition) ? undefined : refuse('M_INVALID_PARAM', 'A condition has no kind')
}

const isAction = (action: unknown): action is PushAction =>
  typeof action === 'string'
    ? ['notify', 'dont_notify', 'coalesce'].includes(action)
    : isObject(action) && typeof action['set_tweak'] === 'string'

const areActions = (actions: readonly unknown[]): actions is readonly PushAction[] => actions.every(isAction)

const isCondition = (condition: unknown): condition is PushCondition =>
  isObject(condition) && typeof condition['kind'] === 'string'
