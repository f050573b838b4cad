// m.room.message m.key.verification.request: A message that asks for a verification.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationrequest
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** A message that asks for a verification. */
export const RoomMessageKeyVerificationRequestContent = Type.Object({
  body: Type.Optional(Type.String()),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
  from_device: Type.String(),
  methods: Type.Array(Type.String()),
  to: Type.String(),
  msgtype: Type.Literal('m.key.verification.request'),
})
export type RoomMessageKeyVerificationRequestContent = Static<typeof RoomMessageKeyVerificationRequestContent>

/** m.room.message. */
export const roomMessageKeyVerificationRequest = event({
  type: 'm.room.message',
  kind: 'message',
  content: RoomMessageKeyVerificationRequestContent,
})
