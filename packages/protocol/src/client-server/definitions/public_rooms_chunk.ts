// Schema `public_rooms_chunk` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomAlias, RoomId } from '../../identifiers.ts'

/** A room of the directory. */
export const PublicRoomsChunk = Type.Object({
  canonical_alias: Type.Optional(RoomAlias),
  name: Type.Optional(Type.String()),
  num_joined_members: Type.Integer(),
  room_id: RoomId,
  topic: Type.Optional(Type.String()),
  world_readable: Type.Boolean(),
  guest_can_join: Type.Boolean(),
  avatar_url: Type.Optional(Type.String()),
  join_rule: Type.Optional(Type.String()),
  room_type: Type.Optional(Type.String()),
})
export type PublicRoomsChunk = Static<typeof PublicRoomsChunk>
