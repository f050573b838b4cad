// Spaces: a room and its children, as another server sees them.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'
import { RoomSummary } from '../client-server/definitions/room_summary.ts'
import { StrippedStateEvent } from '../events/shapes.ts'

const ChildState = Type.Object({ ...StrippedStateEvent.properties, origin_server_ts: Type.Integer() })

/**
 * Returns a space and its direct children, as far as the asking server may know of them.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1hierarchyroomid
 */
export const getSpaceHierarchy = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/hierarchy/{roomId}',
  auth: 'X-Matrix',
  since: '1.2',
  pathParameters: { roomId: RoomId },
  query: Type.Object({ suggested_only: Type.Optional(Type.Boolean()) }),
  response: Type.Object({
    room: Type.Object({ ...RoomSummary.properties, children_state: Type.Array(ChildState) }),
    children: Type.Array(RoomSummary),
    inaccessible_children: Type.Array(RoomId),
  }),
})
