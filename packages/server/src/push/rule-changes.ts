// A user's push rules as the changes they made: rules of their own, and what they set on the default rules. Only this is
// stored, so that a new default rule reaches everybody. Pure.
// https://spec.matrix.org/v1.19/client-server-api/#push-rules
import {
  masterRuleId,
  type PushAction,
  type PushRule,
  type PushRuleKind,
  pushRuleKinds,
  type PushRuleset,
} from '@myelin/algorithms/push-rule'

/** What a user set on a default rule. */
interface Setting {
  readonly enabled?: boolean
  readonly actions?: readonly PushAction[]
}

export interface RuleChanges {
  /** Rules of their own by kind, most important first. */
  readonly own: { readonly [Kind in PushRuleKind]?: readonly PushRule[] }
  /** By the id of the default rule. */
  readonly defaults: Readonly<Record<string, Setting>>
}

export const noChanges: RuleChanges = { own: {}, defaults: {} }

/** The rules in force: within a kind the user's own before the defaults, except that the master rule comes first of all. */
export function rulesInForce(defaults: PushRuleset, changes: RuleChanges): PushRuleset {
  return byKind((kind) => {
    const set = defaults[kind].map((rule) => ({ ...rule, ...changes.defaults[rule.rule_id] }))
    const own = changes.own[kind] ?? []
    const [first, ...rest] = set
    return first?.rule_id === masterRuleId ? [first, ...own, ...rest] : [...own, ...set]
  })
}

/** What makes `ruleset` of the defaults. */
export function changesOf(defaults: PushRuleset, ruleset: PushRuleset): RuleChanges {
  const settings: Record<string, Setting> = {}
  for (const kind of pushRuleKinds)
    for (const rule of ruleset[kind]) {
      const usual = defaults[kind].find((each) => each.rule_id === rule.rule_id)
      const setting = usual && settingOf(usual, rule)
      if (setting && Object.keys(setting).length > 0) settings[rule.rule_id] = setting
    }
  const own: Partial<Record<PushRuleKind, readonly PushRule[]>> = {}
  for (const kind of pushRuleKinds) {
    const rules = ruleset[kind].filter((rule) => !rule.default)
    if (rules.length > 0) own[kind] = rules
  }
  return { own, defaults: settings }
}

const settingOf = (usual: PushRule, rule: PushRule): Setting => ({
  ...(rule.enabled !== usual.enabled && { enabled: rule.enabled }),
  ...(JSON.stringify(rule.actions) !== JSON.stringify(usual.actions) && { actions: rule.actions }),
})

const byKind = (rulesOf: (kind: PushRuleKind) => readonly PushRule[]): PushRuleset => ({
  override: rulesOf('override'),
  content: rulesOf('content'),
  room: rulesOf('room'),
  sender: rulesOf('sender'),
  underride: rulesOf('underride'),
})
