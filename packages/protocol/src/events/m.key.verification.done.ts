// m.key.verification.done, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationdone
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** Tells that a verification was completed. */
export const KeyVerificationDoneContent = Type.Object({
  transaction_id: Type.Optional(Type.String()),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationDoneContent = Static<typeof KeyVerificationDoneContent>

/** m.key.verification.done. */
export const keyVerificationDone = event({
  type: 'm.key.verification.done',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationDoneContent,
})
