// What authorises an event.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { Pdu } from './definitions/pdu.ts'

/**
 * Returns the complete auth chain of an event.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1event_authroomideventid
 */
export const getEventAuth = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/event_auth/{roomId}/{eventId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  response: Type.Object({ auth_chain: Type.Array(Pdu) }),
})
