// Sending message events.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'

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
  query: Type.Object({ 'org.matrix.msc4140.delay': Type.Optional(Type.Integer()) }),
  body: JsonObject,
  response: Type.Object({ event_id: EventId }),
})
