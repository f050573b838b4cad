// Banning users from a room and lifting bans.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'

/**
 * Bans a user from the room; a joined user leaves it.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidban
 */
export const ban = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/ban',
  auth: 'user',
  pathParameters: { roomId: RoomId },
  body: Type.Object({ user_id: UserId, reason: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})

/**
 * Lifts a ban; the user may be invited or join again.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidunban
 */
export const unban = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/unban',
  auth: 'user',
  pathParameters: { roomId: RoomId },
  body: Type.Object({ user_id: UserId, reason: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})
