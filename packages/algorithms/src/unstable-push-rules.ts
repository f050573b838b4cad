// Default push rules of proposals that are not accepted: each behind a flag of its own, all off unless asked for.
import { type PushRule, pushRuleOf } from './push-rule.ts'

/** Which proposals' default rules a server has. Conditions of these proposals are evaluated in users' own rules anyway. */
export interface PushFeatures {
  /** Replies to one's messages highlight. https://github.com/matrix-org/matrix-spec-proposals/pull/3664 */
  readonly msc3664?: boolean
  /** Every encrypted event is pushed: the client decides. https://github.com/matrix-org/matrix-spec-proposals/pull/4028 */
  readonly msc4028?: boolean
  /** Threads one subscribed to notify, others do not. https://github.com/matrix-org/matrix-spec-proposals/pull/4306 */
  readonly msc4306?: boolean
}

/** The override rule that stands first after the master rule. */
export const encryptedEventRule: PushRule = pushRuleOf({
  name: '.org.matrix.msc4028.encrypted_event',
  conditions: [{ kind: 'event_match', key: 'type', pattern: 'm.room.encrypted' }],
  actions: ['notify'],
})

/** The override rule that stands before mentions. */
export const replyRule = (userId: string): PushRule =>
  pushRuleOf({
    name: '.im.nheko.msc3664.reply',
    conditions: [
      { kind: 'im.nheko.msc3664.related_event_match', key: 'sender', pattern: userId, rel_type: 'm.in_reply_to' },
    ],
    actions: ['notify', { set_tweak: 'highlight' }, { set_tweak: 'sound', value: 'default' }],
  })

const threadRule = (subscribed: boolean, actions: PushRule['actions']): PushRule =>
  pushRuleOf({
    name: `.io.element.msc4306.rule.${subscribed ? 'subscribed' : 'unsubscribed'}_thread`,
    conditions: [{ kind: 'io.element.msc4306.thread_subscription', subscribed }],
    actions,
  })

/** The rules of the kind `postcontent`, "ordered between `content` and `room`". */
export const threadRules: readonly PushRule[] = [
  threadRule(false, []),
  threadRule(true, ['notify', { set_tweak: 'sound', value: 'default' }]),
]
