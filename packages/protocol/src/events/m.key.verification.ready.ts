// m.key.verification.ready, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationready
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** Accepts a verification request. */
export const KeyVerificationReadyContent = Type.Object({
  from_device: Type.String(),
  transaction_id: Type.Optional(Type.String()),
  methods: Type.Array(Type.String()),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationReadyContent = Static<typeof KeyVerificationReadyContent>

/** m.key.verification.ready. */
export const keyVerificationReady = event({
  type: 'm.key.verification.ready',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationReadyContent,
})
