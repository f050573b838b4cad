// m.room.message with m.key.verification.request, a message event.
// https://spec.matrix.org/v1.19/client-server-api/#mroommessagemkeyverificationrequest
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { messageRelations } from './components/message_relations.ts'
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
  ...messageRelations,
})
export type RoomMessageKeyVerificationRequestContent = Static<typeof RoomMessageKeyVerificationRequestContent>

/** m.room.message. */
export const roomMessageKeyVerificationRequest = event({
  type: 'm.room.message',
  kind: 'message',
  content: RoomMessageKeyVerificationRequestContent,
})
