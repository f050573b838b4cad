// m.key.verification.cancel, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationcancel
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** Cancels a verification. */
export const KeyVerificationCancelContent = Type.Object({
  transaction_id: Type.Optional(Type.String()),
  reason: Type.String(),
  code: Type.String(),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationCancelContent = Static<typeof KeyVerificationCancelContent>

/** m.key.verification.cancel. */
export const keyVerificationCancel = event({
  type: 'm.key.verification.cancel',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationCancelContent,
})
