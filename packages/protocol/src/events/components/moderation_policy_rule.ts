// What a moderation rule applies to and recommends.
// https://spec.matrix.org/v1.19/client-server-api/#moderation-policy-lists
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { openEnum } from '../../open-enum.ts'

/** `entity` is a glob: `*` stands for any characters, `?` for one. */
export const ModerationPolicyRule = Type.Object({
  entity: Type.String(),
  recommendation: openEnum('m.ban'),
  reason: Type.String(),
})
export type ModerationPolicyRule = Static<typeof ModerationPolicyRule>
