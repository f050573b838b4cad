// Replacing a room by one of another version.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'

/**
 * Replaces a room by a new one of the given version.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidupgrade
 */
export const upgradeRoom = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/upgrade',
  auth: 'user',
  pathParameters: { roomId: RoomId },
  body: Type.Object({ new_version: Type.String(), additional_creators: Type.Optional(Type.Array(Type.String())) }),
  response: Type.Object({ replacement_room: Type.String() }),
})
