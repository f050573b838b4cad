// One-time and fallback keys. https://spec.matrix.org/v1.19/client-server-api/#one-time-and-fallback-keys
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../../map-of.ts'

/** A signed one-time key; a fallback key says so. */
export const KeyObject = Type.Object({
  key: Type.String(),
  fallback: Type.Optional(Type.Boolean()),
  signatures: mapOf(mapOf(Type.String())),
})
export type KeyObject = Static<typeof KeyObject>

/** One-time or fallback keys by `algorithm:name`: signed objects, or plain text for unsigned ones. */
export const OneTimeKeys = mapOf(Type.Union([Type.String(), KeyObject]))
export type OneTimeKeys = Static<typeof OneTimeKeys>
