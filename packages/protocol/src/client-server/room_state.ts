// Sending state events.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'

/**
 * Sends a state event to a room; an empty state key may be left out of the path.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidstateeventtypestatekey
 */
export const setRoomStateWithKey = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId },
  query: Type.Object({ 'org.matrix.msc4140.delay': Type.Optional(Type.Integer()) }),
  body: JsonObject,
  response: Type.Object({ event_id: EventId }),
})
