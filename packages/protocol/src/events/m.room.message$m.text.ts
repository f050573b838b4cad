// m.room.message m.text: A message that is text.
// https://spec.matrix.org/v1.19/client-server-api/#mtext
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** A message that is text. */
export const RoomMessageTextContent = Type.Object({
  body: Type.String(),
  msgtype: Type.Literal('m.text'),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
})
export type RoomMessageTextContent = Static<typeof RoomMessageTextContent>

/** m.room.message. */
export const roomMessageText = event({ type: 'm.room.message', kind: 'message', content: RoomMessageTextContent })
