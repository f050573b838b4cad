// m.room.message with m.notice, a message event. https://spec.matrix.org/v1.19/client-server-api/#mnotice
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message of a bot. */
export const RoomMessageNoticeContent = Type.Object({
  body: Type.String(),
  msgtype: Type.Literal('m.notice'),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
  ...messageRelations,
})
export type RoomMessageNoticeContent = Static<typeof RoomMessageNoticeContent>

/** m.room.message. */
export const roomMessageNotice = event({ type: 'm.room.message', kind: 'message', content: RoomMessageNoticeContent })
