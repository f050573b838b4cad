// Redacting events.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'

/**
 * Redacts an event.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidredacteventidtxnid
 */
export const redactEvent = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/{roomId}/redact/{eventId}/{txnId}',
  auth: 'user',
  pathParameters: { roomId: RoomId, eventId: EventId },
  body: Type.Object({
    reason: Type.Optional(Type.String()),
    'org.matrix.msc3912.with_relations': Type.Optional(Type.Array(Type.String())),
  }),
  response: Type.Object({ event_id: Type.Optional(EventId) }),
})
