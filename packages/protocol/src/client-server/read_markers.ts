// Read markers: how far a user has read.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'

/**
 * Moves the fully-read marker and, at the same time, read receipts.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidread_markers
 */
export const setReadMarker = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/read_markers',
  auth: 'user',
  rateLimited: true,
  pathParameters: { roomId: RoomId },
  body: Type.Object({
    'm.fully_read': Type.Optional(Type.String()),
    'm.read': Type.Optional(Type.String()),
    'm.read.private': Type.Optional(Type.String()),
    'com.beeper.allow_backward': Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({}),
})
