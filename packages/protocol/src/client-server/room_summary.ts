// What a room is, for people who are not in it.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomIdOrAlias, ServerName } from '../identifiers.ts'
import { openEnum } from '../open-enum.ts'
import { RoomSummary } from './definitions/room_summary.ts'

/**
 * Describes a room the caller may know of.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1room_summaryroomidoralias
 */
export const getRoomSummary = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/room_summary/{roomIdOrAlias}',
  auth: 'user?',
  since: '1.15',
  pathParameters: { roomIdOrAlias: RoomIdOrAlias },
  query: Type.Object({ via: Type.Optional(Type.Array(ServerName)) }),
  response: Type.Object({
    ...RoomSummary.properties,
    membership: Type.Optional(openEnum('invite', 'join', 'knock', 'leave', 'ban')),
  }),
})
