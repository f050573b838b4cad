// m.key.verification.start, method m.sas.v1, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationstartmsasv1
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { openEnum } from '../open-enum.ts'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** Begins a verification by short authentication string. */
export const KeyVerificationStartSasV1Content = Type.Object({
  from_device: Type.String(),
  transaction_id: Type.Optional(Type.String()),
  method: Type.Literal('m.sas.v1'),
  key_agreement_protocols: Type.Array(Type.String()),
  hashes: Type.Array(Type.String()),
  message_authentication_codes: Type.Array(Type.String()),
  short_authentication_string: Type.Array(openEnum('decimal', 'emoji')),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationStartSasV1Content = Static<typeof KeyVerificationStartSasV1Content>

/** m.key.verification.start. */
export const keyVerificationStartSasV1 = event({
  type: 'm.key.verification.start',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationStartSasV1Content,
})
