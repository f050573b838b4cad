// Push rules: which events notify the user.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PushAction } from './definitions/push_action.ts'
import { PushCondition } from './definitions/push_condition.ts'
import { PushRule } from './definitions/push_rule.ts'
import { PushRuleKind } from './definitions/push_rule_kind.ts'
import { PushRuleset } from './definitions/push_ruleset.ts'

/** Returns all push rules of the user. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushrules */
export const getPushRules = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/',
  auth: 'user',
  response: Type.Object({ global: PushRuleset }),
})

/**
 * Returns the push rules of the global scope.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushrulesglobal
 */
export const getPushRulesGlobal = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/global/',
  auth: 'user',
  response: PushRuleset,
})

/** Returns a push rule. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushrulesglobalkindruleid */
export const getPushRule = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/global/{kind}/{ruleId}',
  auth: 'user',
  pathParameters: { kind: PushRuleKind },
  response: PushRule,
})

/**
 * Deletes a push rule the user has made.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3pushrulesglobalkindruleid
 */
export const deletePushRule = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/pushrules/global/{kind}/{ruleId}',
  auth: 'user',
  pathParameters: { kind: PushRuleKind },
  response: Type.Object({}),
})

/**
 * Adds a push rule or changes it, before or after another.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3pushrulesglobalkindruleid
 */
export const setPushRule = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/pushrules/global/{kind}/{ruleId}',
  auth: 'user',
  rateLimited: true,
  pathParameters: { kind: PushRuleKind },
  query: Type.Object({ before: Type.Optional(Type.String()), after: Type.Optional(Type.String()) }),
  body: Type.Object({
    actions: Type.Array(PushAction),
    conditions: Type.Optional(Type.Array(PushCondition)),
    pattern: Type.Optional(Type.String()),
  }),
  response: Type.Object({}),
})

/**
 * Tells whether a push rule is enabled.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushrulesglobalkindruleidenabled
 */
export const isPushRuleEnabled = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/global/{kind}/{ruleId}/enabled',
  auth: 'user',
  pathParameters: { kind: PushRuleKind },
  response: Type.Object({ enabled: Type.Boolean() }),
})

/**
 * Enables or disables a push rule.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3pushrulesglobalkindruleidenabled
 */
export const setPushRuleEnabled = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/pushrules/global/{kind}/{ruleId}/enabled',
  auth: 'user',
  pathParameters: { kind: PushRuleKind },
  body: Type.Object({ enabled: Type.Boolean() }),
  response: Type.Object({}),
})

/**
 * Returns the actions of a push rule.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushrulesglobalkindruleidactions
 */
export const getPushRuleActions = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/pushrules/global/{kind}/{ruleId}/actions',
  auth: 'user',
  pathParameters: { kind: PushRuleKind },
  response: Type.Object({ actions: Type.Array(PushAction) }),
})

/**
 * Sets the actions of a push rule.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3pushrulesglobalkindruleidactions
 */
export const setPushRuleActions = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/pushrules/global/{kind}/{ruleId}/actions',
  auth: 'user',
  pathParameters: { kind: PushRuleKind },
  body: Type.Object({ actions: Type.Array(PushAction) }),
  response: Type.Object({}),
})
