// One-time or fallback keys by `algorithm:name`: signed objects, or plain text for unsigned ones.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { JsonObject } from '../../json-object.ts'

/** One-time or fallback keys by `algorithm:name`: signed objects, or plain text for unsigned ones. */
export const OneTimeKeys = Type.Record(
  Type.String(),
  Type.Union([Type.String(), Type.Object({ key: Type.String(), signatures: Type.Record(Type.String(), JsonObject) })]),
)
export type OneTimeKeys = Static<typeof OneTimeKeys>
