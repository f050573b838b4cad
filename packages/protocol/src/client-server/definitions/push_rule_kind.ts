// The kinds of push rules, in the order in which they are tried: override, content, room, sender, underride.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** A kind of push rule. */
export const PushRuleKind = Type.Union([
  Type.Literal('override'),
  Type.Literal('content'),
  Type.Literal('room'),
  Type.Literal('sender'),
  Type.Literal('underride'),
])
export type PushRuleKind = Static<typeof PushRuleKind>
