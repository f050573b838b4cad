// Joining a room through another server, second step.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId, ServerName } from '../identifiers.ts'
import { MembershipEvent } from './definitions/membership_event.ts'
import { Pdu } from './definitions/pdu.ts'

/**
 * Takes a join event into the room and returns the state before it; members may be left out (1.6).
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2send_joinroomideventid
 */
export const sendJoinV2 = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v2/send_join/{roomId}/{eventId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  query: Type.Object({ omit_members: Type.Optional(Type.Boolean()) }),
  body: MembershipEvent,
  response: Type.Object({
    origin: Type.Optional(Type.String()),
    members_omitted: Type.Optional(Type.Boolean()),
    auth_chain: Type.Array(Pdu),
    state: Type.Array(Pdu),
    event: Type.Optional(Pdu),
    servers_in_room: Type.Optional(Type.Array(ServerName)),
  }),
})
