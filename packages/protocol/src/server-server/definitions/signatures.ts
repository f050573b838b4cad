// Signatures as JSON carries them.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Signatures in unpadded base64, by entity (server or user) and key ID. */
export const Signatures = Type.Record(Type.String(), Type.Record(Type.String(), Type.String()))
export type Signatures = Static<typeof Signatures>
