// Inviting a user by id.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'

/** Invites a user to the room. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite */
export const inviteUser = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/invite',
  auth: 'user',
  rateLimited: true,
  pathParameters: { roomId: RoomId },
  body: Type.Object({ user_id: UserId, reason: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})
