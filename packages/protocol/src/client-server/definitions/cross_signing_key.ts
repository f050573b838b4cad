// Schema `cross_signing_key` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'
import { openEnum } from '../../open-enum.ts'

/** A cross-signing key of a user. */
export const CrossSigningKey = Type.Object({
  user_id: UserId,
  usage: Type.Array(openEnum('master', 'self_signing', 'user_signing')),
  keys: mapOf(Type.String()),
  signatures: Type.Optional(mapOf(mapOf(Type.String()))),
})
export type CrossSigningKey = Static<typeof CrossSigningKey>
