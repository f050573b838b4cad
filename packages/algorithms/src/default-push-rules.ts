// The server-default push rules, and how a stored rule set is brought up to them.
// https://spec.matrix.org/v1.19/client-server-api/#predefined-rules, polls by MSC3930
import type { PushAction, PushCondition, PushRule, PushRuleset } from './push-rule.ts'
import { masterRuleId, pushRuleKinds, pushRuleOf } from './push-rule.ts'
import { type PushFeatures, encryptedEventRule, replyRule, threadRules } from './unstable-push-rules.ts'

const sound = (value: string): PushAction => ({ set_tweak: 'sound', value })
const highlight: PushAction = { set_tweak: 'highlight' }
const notify: PushAction = 'notify'

const matches = (key: string, pattern: string): PushCondition => ({ kind: 'event_match', key, pattern })
const isType = (type: string): PushCondition => matches('type', type)
const twoMembers: PushCondition = { kind: 'room_member_count', is: '2' }

const rule = (name: string, conditions: readonly PushCondition[], actions: readonly PushAction[] = []): PushRule =>
  pushRuleOf({ name, conditions, actions })

const overrides = (userId: string, { msc3664, msc4028 }: PushFeatures): readonly PushRule[] => [
  rule(masterRuleId, []),
  ...(msc4028 ? [encryptedEventRule] : []),
  rule('suppress_notices', [matches('content.msgtype', 'm.notice')]),
  rule(
    'invite_for_me',
    [isType('m.room.member'), matches('content.membership', 'invite'), matches('state_key', userId)],
    [notify, sound('default')],
  ),
  rule('member_event', [isType('m.room.member')]),
  ...(msc3664 ? [replyRule(userId)] : []),
  rule(
    'is_user_mention',
    [{ kind: 'event_property_contains', key: 'content.m\\.mentions.user_ids', value: userId }],
    [notify, sound('default'), highlight],
  ),
  rule(
    'is_room_mention',
    [
      { kind: 'event_property_is', key: 'content.m\\.mentions.room', value: true },
      { kind: 'sender_notification_permission', key: 'room' },
    ],
    [notify, highlight],
  ),
  rule('tombstone', [isType('m.room.tombstone'), matches('state_key', '')], [notify, highlight]),
  rule('reaction', [isType('m.reaction')]),
  rule('room.server_acl', [isType('m.room.server_acl'), matches('state_key', '')]),
  rule('suppress_edits', [{ kind: 'event_property_is', key: 'content.m\\.relates_to.rel_type', value: 'm.replace' }]),
  rule('.org.matrix.msc3930.rule.poll_response', [isType('org.matrix.msc3381.poll.response')]),
]

const pollUnderrides = ['start', 'end'].flatMap((what): readonly PushRule[] => {
  const name = `.org.matrix.msc3930.rule.poll_${what}`
  const type = isType(`org.matrix.msc3381.poll.${what}`)
  return [rule(`${name}_one_to_one`, [twoMembers, type], [notify, sound('default')]), rule(name, [type], [notify])]
})

const underrides: readonly PushRule[] = [
  rule('call', [isType('m.call.invite')], [notify, sound('ring')]),
  rule('encrypted_room_one_to_one', [twoMembers, isType('m.room.encrypted')], [notify, sound('default')]),
  rule('room_one_to_one', [twoMembers, isType('m.room.message')], [notify, sound('default')]),
  rule('message', [isType('m.room.message')], [notify]),
  rule('encrypted', [isType('m.room.encrypted')], [notify]),
  ...pollUnderrides,
]

const noFeatures: PushFeatures = {}

/** The rules every user starts with, among them those of the proposals that the server takes part in. */
export const defaultPushRules = (userId: string, features = noFeatures): PushRuleset => ({
  override: overrides(userId, features),
  content: [],
  ...(features.msc4306 ? { postcontent: threadRules } : {}),
  room: [],
  sender: [],
  underride: underrides,
})

/** Default rules that were withdrawn: older clients still adjust them, to no effect. */
export const retiredPushRules: ReadonlySet<string> = new Set([
  '.m.rule.contains_display_name',
  '.m.rule.contains_user_name',
  '.m.rule.roomnotif',
])

/**
 * A stored rule set with today's default rules: the user's own rules stay, and default rules keep whether they are enabled
 * and what they do; new ones are added and withdrawn ones dropped.
 */
export const withDefaultPushRules = (
  stored: PushRuleset,
  userId: string,
  features: PushFeatures = noFeatures,
): PushRuleset => {
  const defaults = defaultPushRules(userId, features)
  const merged = pushRuleKinds.map((kind) => {
    const known = new Map(stored[kind].map((rule) => [rule.rule_id, rule]))
    const current = defaults[kind].map((rule) => {
      const { enabled, actions } = known.get(rule.rule_id) ?? rule
      return Object.assign({}, rule, { enabled, actions })
    })
    const own = stored[kind].filter((rule) => !rule.default)
    return [kind, [...current.filter(isMaster), ...own, ...current.filter((rule) => !isMaster(rule))]] as const
  })
  const { postcontent } = defaults
  return { ...(Object.fromEntries(merged) as PushRuleset), ...(postcontent === undefined ? {} : { postcontent }) }
}

const isMaster = (rule: PushRule): boolean => rule.rule_id === masterRuleId
