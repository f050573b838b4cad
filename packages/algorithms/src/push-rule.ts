// Push rules as they are stored and served. https://spec.matrix.org/v1.19/client-server-api/#push-rules
import type { JsonObject } from './json.ts'

/** What a rule does: `notify`, or a tweak such as `{"set_tweak": "sound", "value": "default"}`. */
export type PushAction = string | JsonObject

/** A condition as it came; those of unknown kinds never hold. */
export type PushCondition = JsonObject

/** A rule. https://spec.matrix.org/v1.19/client-server-api/#push-rules */
export interface PushRule {
  readonly rule_id: string
  /** One of the server's own rules rather than the user's. */
  readonly default: boolean
  readonly enabled: boolean
  readonly actions: readonly PushAction[]
  /** Of override and underride rules; absent: the rule always matches. */
  readonly conditions?: readonly PushCondition[]
  /** Of content rules. */
  readonly pattern?: string
}

/** The kinds of rules, "in the order that they are checked". */
export const pushRuleKinds = ['override', 'content', 'room', 'sender', 'underride'] as const
/** One of the kinds. */
export type PushRuleKind = (typeof pushRuleKinds)[number]

/** Rules by kind, the most important first. */
export type PushRuleset = { readonly [Kind in PushRuleKind]: readonly PushRule[] } & {
  /** Rules between `content` and `room`: the server's own only, where it has them (MSC4306). */
  readonly postcontent?: readonly PushRule[]
}

/** Whether `kind` is a kind of push rule. */
export const isPushRuleKind = (kind: string): kind is PushRuleKind =>
  (pushRuleKinds as readonly string[]).includes(kind)

/** The rule that turns everything off, before any rule of the user's. */
export const masterRuleId = '.m.rule.master'

/** A rule of the server's own. Names without a dot are the specification's. */
export const pushRuleOf = ({
  name,
  conditions,
  actions,
}: Required<Pick<PushRule, 'conditions' | 'actions'>> & { readonly name: string }): PushRule => ({
  rule_id: name.startsWith('.') ? name : `.m.rule.${name}`,
  default: true,
  enabled: name !== masterRuleId,
  conditions,
  actions,
})
