// m.room.message with m.emote, a message event. https://spec.matrix.org/v1.19/client-server-api/#memote
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message that tells what the sender does. */
export const RoomMessageEmoteContent = Type.Object({
  body: Type.String(),
  msgtype: Type.Literal('m.emote'),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
  ...messageRelations,
})
export type RoomMessageEmoteContent = Static<typeof RoomMessageEmoteContent>

/** m.room.message. */
export const roomMessageEmote = event({ type: 'm.room.message', kind: 'message', content: RoomMessageEmoteContent })
