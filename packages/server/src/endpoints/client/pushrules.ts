// Push rules: https://spec.matrix.org/v1.19/client-server-api/#push-rules-api
import type * as pushrules from '@myelin/protocol/client-server/pushrules'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof pushrules> = {
  getPushRules: async ({ push }, { requester }) => ({ global: push.rules(requester.userNid, requester.userId) }),

  getPushRulesGlobal: async ({ push }, { requester }) => push.rules(requester.userNid, requester.userId),

  getPushRule: async ({ push }, { requester, path }) => push.rule(requester, path),

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

  getPushRuleActions: async ({ push }, { requester, path }) => ({ actions: push.rule(requester, path).actions }),

  setPushRuleActions: async ({ push }, { requester, path, body }) => {
    await push.setRuleActions(requester, path, body.actions)
    return {}
  },
}
