// m.key.verification.start, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationstart
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** Begins a verification by the given method. */
export const KeyVerificationStartContent = Type.Object({
  from_device: Type.String(),
  transaction_id: Type.Optional(Type.String()),
  method: Type.String(),
  next_method: Type.Optional(Type.String()),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationStartContent = Static<typeof KeyVerificationStartContent>

/** m.key.verification.start. */
export const keyVerificationStart = event({
  type: 'm.key.verification.start',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationStartContent,
})
