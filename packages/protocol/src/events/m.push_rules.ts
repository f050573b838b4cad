// m.push_rules, account data. https://spec.matrix.org/v1.19/client-server-api/#mpush_rules
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { PushRuleset } from '../client-server/definitions/push_ruleset.ts'
import { event } from './event.ts'

/** The push rules of the user, by scope. */
export const PushRulesContent = Type.Object({ global: Type.Optional(PushRuleset) })
export type PushRulesContent = Static<typeof PushRulesContent>

/** m.push_rules. */
export const pushRules = event({ type: 'm.push_rules', kind: 'accountData', content: PushRulesContent })
