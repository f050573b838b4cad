// m.typing between servers: a user of the sending server began or stopped typing.
// https://spec.matrix.org/v1.19/server-server-api/#mtyping
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId, UserId } from '../../identifiers.ts'
import { event } from '../event.ts'

/** Whether the user is typing in the room. */
export const TypingEduContent = Type.Object({ room_id: RoomId, user_id: UserId, typing: Type.Boolean() })
export type TypingEduContent = Static<typeof TypingEduContent>

/** m.typing between servers. */
export const typingEdu = event({ type: 'm.typing', kind: 'edu', content: TypingEduContent })
