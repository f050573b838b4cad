// Asking to be let into a room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, RoomIdOrAlias, ServerName } from '../identifiers.ts'

/** Knocks on a room. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3knockroomidoralias */
export const knockRoom = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/knock/{roomIdOrAlias}',
  auth: 'user',
  rateLimited: true,
  since: '1.1',
  pathParameters: { roomIdOrAlias: RoomIdOrAlias },
  query: Type.Object({
    via: Type.Optional(Type.Array(ServerName)),
    server_name: Type.Optional(Type.Array(ServerName)),
  }),
  body: Type.Object({ reason: Type.Optional(Type.String()) }),
  response: Type.Object({ room_id: RoomId }),
})
