// m.key.verification.request, a message to devices.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationrequest
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** Asks for a verification; in rooms a message does that. */
export const KeyVerificationRequestContent = Type.Object({
  from_device: Type.String(),
  transaction_id: Type.Optional(Type.String()),
  methods: Type.Array(Type.String()),
  timestamp: Type.Optional(Type.Integer()),
})
export type KeyVerificationRequestContent = Static<typeof KeyVerificationRequestContent>

/** m.key.verification.request. */
export const keyVerificationRequest = event({
  type: 'm.key.verification.request',
  kind: 'toDevice',
  content: KeyVerificationRequestContent,
})
