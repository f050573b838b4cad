// m.key.verification.key, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationkey
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** The ephemeral public key of a device under verification. */
export const KeyVerificationKeyContent = Type.Object({
  transaction_id: Type.Optional(Type.String()),
  key: Type.String(),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationKeyContent = Static<typeof KeyVerificationKeyContent>

/** m.key.verification.key. */
export const keyVerificationKey = event({
  type: 'm.key.verification.key',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationKeyContent,
})
