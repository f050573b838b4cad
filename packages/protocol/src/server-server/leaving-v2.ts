// Leaving a room, or declining an invite, through another server: second step.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { MembershipEvent } from './definitions/membership_event.ts'

/**
 * Takes a leave event into the room.
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2send_leaveroomideventid
 */
export const sendLeaveV2 = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v2/send_leave/{roomId}/{eventId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  body: Type.Object({ ...MembershipEvent.properties, depth: Type.Integer() }),
  response: Type.Object({}),
})
