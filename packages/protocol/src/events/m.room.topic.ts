// m.room.topic, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomtopic
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { TextContentBlock } from './components/m_text_content_block.ts'
import { event } from './event.ts'

/** The topic of a room. */
export const RoomTopicContent = Type.Object({
  topic: Type.String(),
  'm.topic': Type.Optional(Type.Object({ 'm.text': Type.Optional(TextContentBlock) })),
})
export type RoomTopicContent = Static<typeof RoomTopicContent>

/** m.room.topic. */
export const roomTopic = event({ type: 'm.room.topic', kind: 'state', stateKey: 'empty', content: RoomTopicContent })
