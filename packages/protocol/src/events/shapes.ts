// The shapes events come in, whatever their type: bare, in a room, state, stripped.
// https://spec.matrix.org/v1.19/client-server-api/#types-of-room-events
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId, RoomId, UserId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'

/** What every event has: a type and a content. */
export const Event = Type.Object({ type: Type.String(), content: JsonObject })
export type Event = Static<typeof Event>

/** Data about an event that is not part of it: its age in milliseconds and what the server adds. */
export const UnsignedData = Type.Object({ age: Type.Optional(Type.Integer()) })

/** An event of a room without its room id, as /sync delivers it. */
export const SyncRoomEvent = Type.Object({
  ...Event.properties,
  event_id: EventId,
  sender: UserId,
  origin_server_ts: Type.Integer(),
  unsigned: Type.Optional(UnsignedData),
})

/** An event of a room. */
export const RoomEvent = Type.Object({ ...SyncRoomEvent.properties, room_id: RoomId })
export type RoomEvent = Static<typeof RoomEvent>

/** A state event of a room. */
export const StateEvent = Type.Object({ ...RoomEvent.properties, state_key: Type.String() })
export type StateEvent = Static<typeof StateEvent>

/** A state event reduced to what people outside the room may see. */
export const StrippedStateEvent = Type.Object({
  type: Type.String(),
  state_key: Type.String(),
  sender: UserId,
  content: JsonObject,
})
export type StrippedStateEvent = Static<typeof StrippedStateEvent>
