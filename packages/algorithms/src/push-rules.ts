// Evaluation of push rules: what an event is to a user. Rule sets are compiled once and remembered.
// https://spec.matrix.org/v1.19/client-server-api/#push-rules
import { type JsonObject, isObject, member, stringMember } from './json.ts'
import { type PushContext, type PushPredicate, compileCondition, compilePattern } from './push-conditions.ts'
import type { PushAction, PushRule, PushRuleset } from './push-rule.ts'

export type { PushContext } from './push-conditions.ts'
export type { PushAction, PushRule, PushRuleset } from './push-rule.ts'
export type { PushFeatures } from './unstable-push-rules.ts'
export { defaultPushRules } from './default-push-rules.ts'

/** What the rules say about an event. */
export interface PushOutcome {
  readonly notify: boolean
  readonly highlight: boolean
  /** The sound to play, such as `default`. */
  readonly sound?: string | undefined
  /** The rule that matched. */
  readonly rule?: PushRule | undefined
}

const silence: PushOutcome = { notify: false, highlight: false }

/**
 * The outcome of the first rule that matches `event` (fields `type`, `sender`, `state_key`, `content`). A user's own
 * events never notify, nor do events no rule matches.
 */
export const evaluate = (ruleset: PushRuleset, event: JsonObject, context: PushContext): PushOutcome =>
  event['sender'] === context.userId ? silence : (compiled(ruleset)(event, context) ?? silence)

/** The tweaks among a rule's actions, as sent to push gateways: `{"sound": "default", "highlight": true}`. */
export const tweaksOf = (actions: readonly PushAction[]): JsonObject =>
  Object.fromEntries(
    actions.filter(isObject).flatMap((action) => {
      const tweak = stringMember(action, 'set_tweak')
      // "If a highlight tweak is given with no value, its value is defined to be true."
      const value = member(action, 'value') ?? (tweak === 'highlight' ? true : undefined)
      return tweak === undefined || value === undefined ? [] : [[tweak, value]]
    }),
  )

type Evaluation = (event: JsonObject, context: PushContext) => PushOutcome | undefined

const known = new WeakMap<PushRuleset, Evaluation>()

const compiled = (ruleset: PushRuleset): Evaluation => {
  const found = known.get(ruleset)
  if (found !== undefined) return found
  const evaluation = compileRuleset(ruleset)
  known.set(ruleset, evaluation)
  return evaluation
}

/** Kinds in the order that they are checked; rules of rooms and senders are looked up rather than tried. */
const compileRuleset = (ruleset: PushRuleset): Evaluation => {
  const override = inOrder(ruleset.override, conditionsOf)
  const content = inOrder(ruleset.content, ({ pattern }) =>
    pattern === undefined ? undefined : [compilePattern(pattern)],
  )
  const postcontent = inOrder(ruleset.postcontent ?? [], conditionsOf)
  const room = byId(ruleset.room)
  const sender = byId(ruleset.sender)
  const underride = inOrder(ruleset.underride, conditionsOf)
  return (event, context) =>
    override(event, context) ??
    content(event, context) ??
    postcontent(event, context) ??
    room.get(context.roomId) ??
    (typeof event['sender'] === 'string' ? sender.get(event['sender']) : undefined) ??
    underride(event, context)
}

const conditionsOf = ({ conditions = [] }: PushRule): readonly PushPredicate[] => conditions.map(compileCondition)

const byId = (rules: readonly PushRule[]): ReadonlyMap<string, PushOutcome> =>
  new Map(rules.filter(({ enabled }) => enabled).map((rule) => [rule.rule_id, outcomeOf(rule)]))

const inOrder = (
  rules: readonly PushRule[],
  predicatesOf: (rule: PushRule) => readonly PushPredicate[] | undefined,
): Evaluation => {
  const ready = rules.flatMap((rule) => {
    const predicates = rule.enabled ? predicatesOf(rule) : undefined
    return predicates === undefined ? [] : [{ predicates, outcome: outcomeOf(rule) }]
  })
  return (event, context) => ready.find(({ predicates }) => allHold(predicates, event, context))?.outcome
}

const allHold = (predicates: readonly PushPredicate[], event: JsonObject, context: PushContext): boolean => {
  for (const holds of predicates) if (!holds(event, context)) return false
  return true
}

const outcomeOf = (rule: PushRule): PushOutcome => {
  const { highlight, sound } = tweaksOf(rule.actions)
  return {
    notify: rule.actions.includes('notify'),
    highlight: highlight === true,
    sound: typeof sound === 'string' ? sound : undefined,
    rule,
  }
}
