// Paging through the history of a room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'
import { ClientEvent } from './definitions/client_event.ts'

/**
 * Returns events of the room before or after a token.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages
 */
export const getRoomEvents = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/messages',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId },
  query: Type.Object({
    from: Type.Optional(Type.String()),
    to: Type.Optional(Type.String()),
    dir: Type.Union([Type.Literal('b'), Type.Literal('f')]),
    limit: Type.Optional(Type.Integer()),
    filter: Type.Optional(Type.String()),
  }),
  response: Type.Object({
    start: Type.String(),
    end: Type.Optional(Type.String()),
    chunk: Type.Array(ClientEvent),
    state: Type.Optional(Type.Array(ClientEvent)),
  }),
})
