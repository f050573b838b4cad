// Events as servers exchange them (persistent data units), one shape per event format. Room versions 1–2 use PduV1,
// 3 PduV3, 4–5 PduV4, 6–10 PduV6, 11 PduV11, 12 PduV12. https://spec.matrix.org/v1.19/rooms/
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId, RoomId, UserId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'
import { mapOf } from '../map-of.ts'

/** "Must contain less than or equal to 10 events." */
export const authEventsMax = 10
/** "Must contain less than or equal to 20 events." */
export const prevEventsMax = 20

/** The content hash of an event. */
export const EventHash = Type.Object({ sha256: Type.String() })

const PduBase = {
  type: Type.String(),
  state_key: Type.Optional(Type.String()),
  sender: UserId,
  origin_server_ts: Type.Integer(),
  content: JsonObject,
  depth: Type.Integer(),
  hashes: EventHash,
  signatures: mapOf(mapOf(Type.String())),
  unsigned: Type.Optional(Type.Object({ age: Type.Optional(Type.Integer()) })),
}

/** An event id together with the hash of that event. */
const HashedReference = Type.Tuple([EventId, EventHash])

/** Room versions 1 and 2: event ids are given, references carry hashes. */
export const PduV1 = Type.Object({
  ...PduBase,
  room_id: RoomId,
  event_id: EventId,
  redacts: Type.Optional(EventId),
  auth_events: Type.Array(HashedReference, { maxItems: authEventsMax }),
  prev_events: Type.Array(HashedReference, { maxItems: prevEventsMax }),
})
export type PduV1 = Static<typeof PduV1>

const PduByHash = {
  ...PduBase,
  auth_events: Type.Array(EventId, { maxItems: authEventsMax }),
  prev_events: Type.Array(EventId, { maxItems: prevEventsMax }),
}

/** Room version 3: event ids are hashes in base64. */
export const PduV3 = Type.Object({ ...PduByHash, room_id: RoomId, redacts: Type.Optional(EventId) })
export type PduV3 = Static<typeof PduV3>

/** Room versions 4 and 5: event ids are hashes in URL-safe base64. */
export const PduV4 = PduV3
export type PduV4 = PduV3

/** "The maximum depth … must be less than the maximum value for an integer (2^53 - 1)" from room version 6 on. */
const depthV6 = Type.Integer({ maximum: Number.MAX_SAFE_INTEGER })

/** Room versions 6 to 10: depth is a canonical JSON integer. */
export const PduV6 = Type.Object({ ...PduV4.properties, depth: depthV6 })
export type PduV6 = Static<typeof PduV6>

/** Room version 11: `redacts` moved into the content. */
export const PduV11 = Type.Object({ ...PduByHash, room_id: RoomId, depth: depthV6 })
export type PduV11 = Static<typeof PduV11>

/** Room version 12: the create event has no room id, for the room id is its hash. */
export const PduV12 = Type.Object({ ...PduByHash, room_id: Type.Optional(RoomId), depth: depthV6 })
export type PduV12 = Static<typeof PduV12>
