// Leaving a room, or declining an invite, through another server: first step.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, RoomVersionId, UserId } from '../identifiers.ts'
import { EventTemplate } from './definitions/membership_event.ts'

/**
 * Returns a leave event for the asking server to complete.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1make_leaveroomiduserid
 */
export const makeLeave = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/make_leave/{roomId}/{userId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId, userId: UserId },
  response: Type.Object({ room_version: Type.Optional(RoomVersionId), event: Type.Optional(EventTemplate) }),
})
