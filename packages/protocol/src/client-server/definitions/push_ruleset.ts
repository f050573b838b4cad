// Schema `push_ruleset` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { PushRule } from './push_rule.ts'

/** The push rules of one scope by kind. */
export const PushRuleset = Type.Object({
  content: Type.Optional(Type.Array(PushRule)),
  override: Type.Optional(Type.Array(PushRule)),
  room: Type.Optional(Type.Array(PushRule)),
  sender: Type.Optional(Type.Array(PushRule)),
  underride: Type.Optional(Type.Array(PushRule)),
})
export type PushRuleset = Static<typeof PushRuleset>
