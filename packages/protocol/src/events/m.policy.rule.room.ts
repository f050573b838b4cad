// m.policy.rule.room, a state event. https://spec.matrix.org/v1.19/client-server-api/#mpolicyruleroom
import type { Static } from 'typebox'
import { ModerationPolicyRule } from './components/moderation_policy_rule.ts'
import { event } from './event.ts'

/** A moderation rule on rooms. */
export const PolicyRuleRoomContent = ModerationPolicyRule
export type PolicyRuleRoomContent = Static<typeof PolicyRuleRoomContent>

/** m.policy.rule.room. */
export const policyRuleRoom = event({ type: 'm.policy.rule.room', kind: 'state', content: PolicyRuleRoomContent })
