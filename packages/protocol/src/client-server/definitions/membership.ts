// The ways a user can stand to a room.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** A membership. */
export const Membership = Type.Union([
  Type.Literal('join'),
  Type.Literal('invite'),
  Type.Literal('knock'),
  Type.Literal('leave'),
  Type.Literal('ban'),
])
export type Membership = Static<typeof Membership>
