// m.room.message with m.text, a message event. https://spec.matrix.org/v1.19/client-server-api/#mtext
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message that is text. */
export const RoomMessageTextContent = Type.Object({
  body: Type.String(),
  msgtype: Type.Literal('m.text'),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
  ...messageRelations,
})
export type RoomMessageTextContent = Static<typeof RoomMessageTextContent>

/** m.room.message. */
export const roomMessageText = event({ type: 'm.room.message', kind: 'message', content: RoomMessageTextContent })
