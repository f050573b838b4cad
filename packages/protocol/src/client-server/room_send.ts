// Sending message events.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'

/**
 * Sends a message event to a room.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
 */
export const sendMessage = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/{roomId}/send/{eventType}/{txnId}',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId },
  body: Type.Object({}),
  response: Type.Object({ event_id: EventId }),
})
