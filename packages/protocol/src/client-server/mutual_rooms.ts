// Rooms two users share.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'

/**
 * Lists the rooms the caller shares with a user.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mutual_rooms
 */
export const getMutualRooms = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/mutual_rooms',
  auth: 'user',
  rateLimited: true,
  since: '1.19',
  query: Type.Object({ user_id: UserId, from: Type.Optional(Type.String()) }),
  response: Type.Object({
    joined: Type.Array(RoomId),
    count: Type.Integer(),
    next_batch: Type.Optional(Type.String()),
  }),
})
