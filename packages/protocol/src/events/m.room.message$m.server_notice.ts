// m.room.message with m.server_notice, a message event. https://spec.matrix.org/v1.19/client-server-api/#mserver_notice
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message of the server's administrators. */
export const RoomMessageServerNoticeContent = Type.Object({
  body: Type.String(),
  msgtype: Type.Literal('m.server_notice'),
  server_notice_type: Type.String(),
  admin_contact: Type.Optional(Type.String()),
  limit_type: Type.Optional(Type.String()),
  ...messageRelations,
})
export type RoomMessageServerNoticeContent = Static<typeof RoomMessageServerNoticeContent>

/** m.room.message. */
export const roomMessageServerNotice = event({
  type: 'm.room.message',
  kind: 'message',
  content: RoomMessageServerNoticeContent,
})
