// Schema `public_rooms_response` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { PublicRoomsChunk } from './public_rooms_chunk.ts'

/** A page of the room directory. */
export const PublicRoomsResponse = Type.Object({
  chunk: Type.Array(PublicRoomsChunk),
  next_batch: Type.Optional(Type.String()),
  prev_batch: Type.Optional(Type.String()),
  total_room_count_estimate: Type.Optional(Type.Integer()),
})
export type PublicRoomsResponse = Static<typeof PublicRoomsResponse>
