// Inviting a user of another server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId, RoomVersionId } from '../identifiers.ts'
import { MembershipEvent } from './definitions/membership_event.ts'
import { Pdu } from './definitions/pdu.ts'

/**
 * Hands an invite to the invited user's server, which signs it.
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2inviteroomideventid
 */
export const sendInviteV2 = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v2/invite/{roomId}/{eventId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  body: Type.Object({
    room_version: RoomVersionId,
    event: MembershipEvent,
    invite_room_state: Type.Optional(Type.Array(Pdu)),
  }),
  response: Type.Object({ event: MembershipEvent }),
})
