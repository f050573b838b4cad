// Joining a room through another server, first step.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, RoomVersionId, UserId } from '../identifiers.ts'
import { EventTemplate } from './definitions/membership_event.ts'

/**
 * Returns a join event for the asking server to complete, if the user may join.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1make_joinroomiduserid
 */
export const makeJoin = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/make_join/{roomId}/{userId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId, userId: UserId },
  query: Type.Object({ ver: Type.Optional(Type.Array(Type.String())) }),
  response: Type.Object({ room_version: Type.Optional(RoomVersionId), event: Type.Optional(EventTemplate) }),
})
