// Room aliases.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAlias, RoomId, ServerName } from '../identifiers.ts'

/**
 * Lets an alias point to a room.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3directoryroomroomalias
 */
export const setRoomAlias = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/directory/room/{roomAlias}',
  auth: 'user',
  pathParameters: { roomAlias: RoomAlias },
  body: Type.Object({ room_id: RoomId }),
  response: Type.Object({}),
})

/**
 * Resolves an alias to the room and the servers that are in it.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3directoryroomroomalias
 */
export const getRoomIdByAlias = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/directory/room/{roomAlias}',
  auth: 'none',
  pathParameters: { roomAlias: RoomAlias },
  response: Type.Object({ room_id: Type.Optional(RoomId), servers: Type.Optional(Type.Array(ServerName)) }),
})

/** Removes an alias. https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3directoryroomroomalias */
export const deleteRoomAlias = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/directory/room/{roomAlias}',
  auth: 'user',
  pathParameters: { roomAlias: RoomAlias },
  response: Type.Object({}),
})

/**
 * Lists the aliases this server has for a room.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidaliases
 */
export const getLocalAliases = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/aliases',
  auth: 'user',
  rateLimited: true,
  pathParameters: { roomId: RoomId },
  response: Type.Object({ aliases: Type.Array(RoomAlias) }),
})
