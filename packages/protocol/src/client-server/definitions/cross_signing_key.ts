// A cross-signing key of a user.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'
import { openEnum } from '../../open-enum.ts'

/** A cross-signing key of a user. */
export const CrossSigningKey = Type.Object({
  user_id: UserId,
  usage: Type.Array(openEnum('master', 'self_signing', 'user_signing')),
  keys: Type.Record(Type.String(), Type.String()),
  signatures: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.String()))),
})
export type CrossSigningKey = Static<typeof CrossSigningKey>
