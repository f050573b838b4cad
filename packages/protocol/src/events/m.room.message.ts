// m.room.message, a message event. https://spec.matrix.org/v1.19/client-server-api/#mroommessage
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message of any kind; `body` is what to show when the kind is not known. */
export const RoomMessageContent = Type.Object({ body: Type.String(), msgtype: Type.String(), ...messageRelations })
export type RoomMessageContent = Static<typeof RoomMessageContent>

/** m.room.message. */
export const roomMessage = event({ type: 'm.room.message', kind: 'message', content: RoomMessageContent })
