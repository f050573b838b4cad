// Schema `room_summary` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../../identifiers.ts'
import { openEnum } from '../../open-enum.ts'
import { PublicRoomsChunk } from './public_rooms_chunk.ts'

/** A room as people outside of it may see it. */
export const RoomSummary = Type.Object({
  ...PublicRoomsChunk.properties,
  room_type: Type.Optional(Type.String()),
  allowed_room_ids: Type.Optional(Type.Array(RoomId)),
  encryption: Type.Optional(openEnum('m.megolm.v1.aes-sha2')),
  room_version: Type.Optional(Type.String()),
})
export type RoomSummary = Static<typeof RoomSummary>
