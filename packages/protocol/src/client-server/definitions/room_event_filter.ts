// Schema `room_event_filter` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../../identifiers.ts'
import { EventFilter } from './event_filter.ts'

/** Which room events a list may hold. */
export const RoomEventFilter = Type.Object({
  ...EventFilter.properties,
  unread_thread_notifications: Type.Optional(Type.Boolean()),
  lazy_load_members: Type.Optional(Type.Boolean()),
  include_redundant_members: Type.Optional(Type.Boolean()),
  not_rooms: Type.Optional(Type.Array(RoomId)),
  rooms: Type.Optional(Type.Array(RoomId)),
  contains_url: Type.Optional(Type.Boolean()),
})
export type RoomEventFilter = Static<typeof RoomEventFilter>
