// Push rules: https://spec.matrix.org/v1.19/client-server-api/#push-rules-api
import type * as pushrules from '@myelin/protocol/client-server/pushrules'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

const json = (value: unknown) => new JsonText(JSON.stringify(value))

export const handlers: Handlers<typeof pushrules> = {
  getPushRules: async ({ push }, { requester }) => json({ global: push.rules(requester) }),

  getPushRulesGlobal: async ({ push }, { requester }) => json(push.rules(requester)),

  getPushRule: async ({ push }, { requester, path }) => json(push.rule(requester, path)),

  setPushRule: async ({ push }, { requester, path, query, body }) => {
    await push.setRule(requester, path, { ...body, ...query })
    return {}
  },

  deletePushRule: async ({ push }, { requester, path }) => {
    await push.deleteRule(requester, path)
    return {}
  },

  isPushRuleEnabled: async ({ push }, { requester, path }) => ({ enabled: push.rule(requester, path).enabled }),

  setPushRuleEnabled: async ({ push }, { requester, path, body }) => {
    await push.enableRule(requester, path, body.enabled)
    return {}
  },

  getPushRuleActions: async ({ push }, { requester, path }) => json({ actions: push.rule(requester, path).actions }),

  setPushRuleActions: async ({ push }, { requester, path, body }) => {
    await push.setRuleActions(requester, path, body.actions)
    return {}
  },
}
