// m.policy.rule.user, a state event. https://spec.matrix.org/v1.19/client-server-api/#mpolicyruleuser
import type { Static } from 'typebox'
import { ModerationPolicyRule } from './components/moderation_policy_rule.ts'
import { event } from './event.ts'

/** A moderation rule on users. */
export const PolicyRuleUserContent = ModerationPolicyRule
export type PolicyRuleUserContent = Static<typeof PolicyRuleUserContent>

/** m.policy.rule.user. */
export const policyRuleUser = event({ type: 'm.policy.rule.user', kind: 'state', content: PolicyRuleUserContent })
