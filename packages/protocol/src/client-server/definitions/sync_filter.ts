// Schema `sync_filter` of the client-server API.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../../identifiers.ts'
import { EventFilter } from './event_filter.ts'
import { RoomEventFilter } from './room_event_filter.ts'

/** A filter for /sync. */
export const SyncFilter = Type.Object({
  event_fields: Type.Optional(Type.Array(Type.String())),
  event_format: Type.Optional(Type.Union([Type.Literal('client'), Type.Literal('federation')])),
  presence: Type.Optional(EventFilter),
  account_data: Type.Optional(EventFilter),
  room: Type.Optional(
    Type.Object({
      not_rooms: Type.Optional(Type.Array(RoomId)),
      rooms: Type.Optional(Type.Array(RoomId)),
      ephemeral: Type.Optional(RoomEventFilter),
      include_leave: Type.Optional(Type.Boolean()),
      state: Type.Optional(RoomEventFilter),
      timeline: Type.Optional(RoomEventFilter),
      account_data: Type.Optional(RoomEventFilter),
    }),
  ),
})
export type SyncFilter = Static<typeof SyncFilter>
