// Leaving rooms and forgetting them.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'

/**
 * Leaves a room, or rejects an invite, or takes back a knock.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidleave
 */
export const leaveRoom = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/leave',
  auth: 'user',
  rateLimited: true,
  guest: true,
  pathParameters: { roomId: RoomId },
  body: Type.Object({ reason: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})

/**
 * Forgets a room the user has left; its history is then out of reach.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidforget
 */
export const forgetRoom = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/forget',
  auth: 'user',
  rateLimited: true,
  pathParameters: { roomId: RoomId },
  response: Type.Object({}),
})
