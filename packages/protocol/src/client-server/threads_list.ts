// The threads of a room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'
import { ClientEvent } from './definitions/client_event.ts'

/**
 * Pages through the roots of the threads of a room, latest first.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidthreads
 */
export const getThreadRoots = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/{roomId}/threads',
  auth: 'user',
  rateLimited: true,
  since: '1.4',
  pathParameters: { roomId: RoomId },
  query: Type.Object({
    include: Type.Optional(Type.Union([Type.Literal('all'), Type.Literal('participated')])),
    limit: Type.Optional(Type.Integer()),
    from: Type.Optional(Type.String()),
  }),
  response: Type.Object({ chunk: Type.Array(ClientEvent), next_batch: Type.Optional(Type.String()) }),
})
