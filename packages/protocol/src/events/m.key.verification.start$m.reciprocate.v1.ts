// m.key.verification.start, method m.reciprocate.v1, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationstartmreciprocatev1
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** Begins a verification after a QR code was scanned. */
export const KeyVerificationStartReciprocateV1Content = Type.Object({
  from_device: Type.String(),
  transaction_id: Type.Optional(Type.String()),
  method: Type.Literal('m.reciprocate.v1'),
  secret: Type.String(),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationStartReciprocateV1Content = Static<typeof KeyVerificationStartReciprocateV1Content>

/** m.key.verification.start. */
export const keyVerificationStartReciprocateV1 = event({
  type: 'm.key.verification.start',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationStartReciprocateV1Content,
})
