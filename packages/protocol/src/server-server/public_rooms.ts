// The room directory of another server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { PublicRoomsResponse } from '../client-server/definitions/public_rooms_response.ts'

/**
 * Returns a page of the room directory.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1publicrooms
 */
export const getPublicRooms = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/publicRooms',
  auth: 'X-Matrix',
  query: Type.Object({
    limit: Type.Optional(Type.Integer()),
    since: Type.Optional(Type.String()),
    include_all_networks: Type.Optional(Type.Boolean()),
    third_party_instance_id: Type.Optional(Type.String()),
  }),
  response: PublicRoomsResponse,
})

/** Searches the room directory. https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1publicrooms */
export const queryPublicRooms = endpoint({
  method: 'POST',
  path: '/_matrix/federation/v1/publicRooms',
  auth: 'X-Matrix',
  body: Type.Object({
    limit: Type.Optional(Type.Integer()),
    since: Type.Optional(Type.String()),
    filter: Type.Optional(
      Type.Object({
        generic_search_term: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        room_types: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
      }),
    ),
    include_all_networks: Type.Optional(Type.Boolean()),
    third_party_instance_id: Type.Optional(Type.String()),
  }),
  response: PublicRoomsResponse,
})
