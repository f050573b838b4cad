// Removing users from a room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'

/**
 * Removes a user from the room; they may come back if the join rules let them.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidkick
 */
export const kick = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/kick',
  auth: 'user',
  pathParameters: { roomId: RoomId },
  body: Type.Object({ user_id: UserId, reason: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})
