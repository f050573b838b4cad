// m.policy.rule.server, a state event. https://spec.matrix.org/v1.19/client-server-api/#mpolicyruleserver
import type { Static } from 'typebox'
import { ModerationPolicyRule } from './components/moderation_policy_rule.ts'
import { event } from './event.ts'

/** A moderation rule on servers. */
export const PolicyRuleServerContent = ModerationPolicyRule
export type PolicyRuleServerContent = Static<typeof PolicyRuleServerContent>

/** m.policy.rule.server. */
export const policyRuleServer = event({ type: 'm.policy.rule.server', kind: 'state', content: PolicyRuleServerContent })
