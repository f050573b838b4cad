// Schema `push_rule` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { PushAction } from './push_action.ts'
import { PushCondition } from './push_condition.ts'

/** A push rule. */
export const PushRule = Type.Object({
  actions: Type.Array(PushAction),
  default: Type.Boolean(),
  enabled: Type.Boolean(),
  rule_id: Type.String(),
  conditions: Type.Optional(Type.Array(PushCondition)),
  pattern: Type.Optional(Type.String()),
})
export type PushRule = Static<typeof PushRule>
