// An event as /sync delivers it: the room is told by its place.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId, UserId } from '../../identifiers.ts'
import { JsonObject } from '../../json-object.ts'

/** An event as /sync delivers it: the room is told by its place. */
export const ClientEventWithoutRoomId = Type.Object({
  event_id: EventId,
  type: Type.String(),
  state_key: Type.Optional(Type.String()),
  sender: UserId,
  origin_server_ts: Type.Integer(),
  content: JsonObject,
  unsigned: Type.Optional(
    Type.Object({
      age: Type.Optional(Type.Integer()),
      redacted_because: Type.Optional(JsonObject),
      transaction_id: Type.Optional(Type.String()),
      prev_content: Type.Optional(JsonObject),
      replaces_state: Type.Optional(EventId),
      membership: Type.Optional(Type.String()),
    }),
  ),
})
export type ClientEventWithoutRoomId = Static<typeof ClientEventWithoutRoomId>
