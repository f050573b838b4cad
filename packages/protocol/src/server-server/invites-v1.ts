// Inviting a user of another server, first form: for room versions 1 and 2.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { MembershipEvent } from './definitions/membership_event.ts'
import { Pdu } from './definitions/pdu.ts'

const InviteEvent = Type.Object({
  ...MembershipEvent.properties,
  unsigned: Type.Optional(Type.Object({ invite_room_state: Type.Optional(Type.Array(Pdu)) })),
})

/**
 * Hands an invite to the invited user's server, which signs it.
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv1inviteroomideventid
 */
export const sendInviteV1 = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v1/invite/{roomId}/{eventId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  body: InviteEvent,
  response: Type.Tuple([Type.Integer(), Type.Object({ event: MembershipEvent })]),
})
