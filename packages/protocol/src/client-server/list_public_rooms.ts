// The published room directory.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, ServerName } from '../identifiers.ts'
import { openEnum } from '../open-enum.ts'
import { PublicRoomsResponse } from './definitions/public_rooms_response.ts'

/**
 * Tells whether a room is in the published directory.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3directorylistroomroomid
 */
export const getRoomVisibilityOnDirectory = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/directory/list/room/{roomId}',
  auth: 'none',
  pathParameters: { roomId: RoomId },
  response: Type.Object({ visibility: Type.Optional(openEnum('private', 'public')) }),
})

/**
 * Publishes a room in the directory or takes it out.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3directorylistroomroomid
 */
export const setRoomVisibilityOnDirectory = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/directory/list/room/{roomId}',
  auth: 'user',
  pathParameters: { roomId: RoomId },
  body: Type.Object({ visibility: Type.Optional(Type.Union([Type.Literal('private'), Type.Literal('public')])) }),
  response: Type.Object({}),
})

/**
 * Lists the published rooms of a server.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3publicrooms
 */
export const getPublicRooms = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/publicRooms',
  auth: 'none',
  query: Type.Object({
    limit: Type.Optional(Type.Integer()),
    since: Type.Optional(Type.String()),
    server: Type.Optional(ServerName),
  }),
  response: PublicRoomsResponse,
})

/**
 * Lists the published rooms of a server that match a filter.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3publicrooms
 */
export const queryPublicRooms = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/publicRooms',
  auth: 'user',
  query: Type.Object({ server: Type.Optional(ServerName) }),
  body: Type.Object({
    limit: Type.Optional(Type.Integer()),
    since: Type.Optional(Type.String()),
    filter: Type.Optional(
      Type.Object({
        generic_search_term: Type.Optional(Type.String()),
        room_types: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
      }),
    ),
    include_all_networks: Type.Optional(Type.Boolean()),
    third_party_instance_id: Type.Optional(Type.String()),
  }),
  response: PublicRoomsResponse,
})
