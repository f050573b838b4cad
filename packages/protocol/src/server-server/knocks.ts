// Knocking on a room through another server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId, RoomVersionId, UserId } from '../identifiers.ts'
import { EventTemplate, MembershipEvent } from './definitions/membership_event.ts'
import { Pdu } from './definitions/pdu.ts'

/**
 * Returns a knock event for the asking server to complete, if the user may knock.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1make_knockroomiduserid
 */
export const makeKnock = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/make_knock/{roomId}/{userId}',
  auth: 'X-Matrix',
  since: '1.1',
  serverAcl: true,
  pathParameters: { roomId: RoomId, userId: UserId },
  query: Type.Object({ ver: Type.Array(Type.String()) }),
  response: Type.Object({ room_version: RoomVersionId, event: EventTemplate }),
})

/**
 * Takes a knock into the room and returns the state that describes the room.
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv1send_knockroomideventid
 */
export const sendKnock = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v1/send_knock/{roomId}/{eventId}',
  auth: 'X-Matrix',
  since: '1.1',
  serverAcl: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  body: MembershipEvent,
  response: Type.Object({ knock_room_state: Type.Array(Pdu) }),
})
