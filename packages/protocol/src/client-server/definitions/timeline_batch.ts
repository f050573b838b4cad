// Schema `timeline_batch` of the client-server API.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ClientEventWithoutRoomId } from './client_event_without_room_id.ts'

/** A stretch of a room's timeline. */
export const TimelineBatch = Type.Object({
  limited: Type.Optional(Type.Boolean()),
  prev_batch: Type.Optional(Type.String()),
  events: Type.Array(ClientEventWithoutRoomId),
})
export type TimelineBatch = Static<typeof TimelineBatch>
