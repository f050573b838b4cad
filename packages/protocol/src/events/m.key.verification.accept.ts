// m.key.verification.accept, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationaccept
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { openEnum } from '../open-enum.ts'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** Accepts a verification and picks its methods. */
export const KeyVerificationAcceptContent = Type.Object({
  transaction_id: Type.Optional(Type.String()),
  key_agreement_protocol: Type.String(),
  hash: Type.String(),
  message_authentication_code: Type.String(),
  short_authentication_string: Type.Array(openEnum('decimal', 'emoji')),
  commitment: Type.String(),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationAcceptContent = Static<typeof KeyVerificationAcceptContent>

/** m.key.verification.accept. */
export const keyVerificationAccept = event({
  type: 'm.key.verification.accept',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationAcceptContent,
})
