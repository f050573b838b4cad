// Joining rooms.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, RoomIdOrAlias, ServerName } from '../identifiers.ts'
import { ThirdPartySigned } from './definitions/third_party_signed.ts'

/**
 * Joins a room by its id; the server must know the room or have an invite.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidjoin
 */
export const joinRoomById = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/join',
  auth: 'user',
  rateLimited: true,
  guest: true,
  pathParameters: { roomId: RoomId },
  body: Type.Object({ third_party_signed: Type.Optional(ThirdPartySigned), reason: Type.Optional(Type.String()) }),
  response: Type.Object({ room_id: RoomId }),
})

/**
 * Joins a room by id or alias, through the servers given.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3joinroomidoralias
 */
export const joinRoom = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/join/{roomIdOrAlias}',
  auth: 'user',
  rateLimited: true,
  pathParameters: { roomIdOrAlias: RoomIdOrAlias },
  query: Type.Object({
    via: Type.Optional(Type.Array(ServerName)),
    server_name: Type.Optional(Type.Array(ServerName)),
  }),
  body: Type.Object({ third_party_signed: Type.Optional(ThirdPartySigned), reason: Type.Optional(Type.String()) }),
  response: Type.Object({ room_id: RoomId }),
})
