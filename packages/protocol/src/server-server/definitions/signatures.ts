// Signatures as JSON carries them.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../../map-of.ts'

/** Signatures in unpadded base64, by entity (server or user) and key ID. */
export const Signatures = mapOf(mapOf(Type.String()))
export type Signatures = Static<typeof Signatures>
