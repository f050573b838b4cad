// An event as /sync delivers it: the room is told by its place.
// https://spec.matrix.org/v1.19/client-server-api/#room-event-format
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId, UserId } from '../../identifiers.ts'
import { JsonObject } from '../../json-object.ts'

/**
 * What the server adds to an event for the one who reads it: `age` in milliseconds, the sender's transaction id, the
 * content and id of the state it replaces, the reader's membership at the event, the redaction that emptied it and the
 * aggregated relations.
 */
export const ClientUnsignedData = Type.Object({
  age: Type.Optional(Type.Integer()),
  transaction_id: Type.Optional(Type.String()),
  prev_content: Type.Optional(JsonObject),
  replaces_state: Type.Optional(EventId),
  membership: Type.Optional(Type.String()),
  redacted_because: Type.Optional(JsonObject),
  'm.relations': Type.Optional(JsonObject),
})
export type ClientUnsignedData = Static<typeof ClientUnsignedData>

/** An event of a room the context tells. */
export const ClientEventWithoutRoomId = Type.Object({
  event_id: EventId,
  type: Type.String(),
  state_key: Type.Optional(Type.String()),
  sender: UserId,
  origin_server_ts: Type.Integer(),
  content: JsonObject,
  redacts: Type.Optional(EventId),
  unsigned: Type.Optional(ClientUnsignedData),
})
export type ClientEventWithoutRoomId = Static<typeof ClientEventWithoutRoomId>
