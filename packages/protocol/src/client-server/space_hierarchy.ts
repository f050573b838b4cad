// The tree of rooms of a space.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { StrippedStateEvent } from '../events/shapes.ts'
import { RoomId } from '../identifiers.ts'
import { RoomSummary } from './definitions/room_summary.ts'

/**
 * Pages through the rooms and spaces beneath a space.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidhierarchy
 */
export const getSpaceHierarchy = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/{roomId}/hierarchy',
  auth: 'user',
  rateLimited: true,
  since: '1.2',
  pathParameters: { roomId: RoomId },
  query: Type.Object({
    suggested_only: Type.Optional(Type.Boolean()),
    limit: Type.Optional(Type.Integer()),
    max_depth: Type.Optional(Type.Integer()),
    from: Type.Optional(Type.String()),
  }),
  response: Type.Object({
    rooms: Type.Array(
      Type.Object({
        ...RoomSummary.properties,
        children_state: Type.Array(Type.Object({ ...StrippedStateEvent.properties, origin_server_ts: Type.Integer() })),
      }),
    ),
    next_batch: Type.Optional(Type.String()),
  }),
})
