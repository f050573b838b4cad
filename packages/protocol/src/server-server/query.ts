// Questions about what a server hosts: aliases, profiles, and whatever else servers agree on.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAlias, RoomId, ServerName, UserId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'

/**
 * Asks a question of a kind known to both servers.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1queryquerytype
 */
export const queryInfo = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/query/{queryType}',
  auth: 'X-Matrix',
  response: JsonObject,
})

/**
 * Returns the room an alias names and servers that are in it.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1querydirectory
 */
export const queryRoomDirectory = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/query/directory',
  auth: 'X-Matrix',
  query: Type.Object({ room_alias: RoomAlias }),
  response: Type.Object({ room_id: RoomId, servers: Type.Array(ServerName) }),
})

/**
 * Returns the profile of a user, or one field of it.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1queryprofile
 */
export const queryProfile = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/query/profile',
  auth: 'X-Matrix',
  query: Type.Object({ user_id: UserId, field: Type.Optional(Type.String()) }),
  response: Type.Object({
    displayname: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    avatar_url: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    'm.tz': Type.Optional(Type.String()),
  }),
})
