// The event stream of one world-readable room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'
import { ClientEvent } from './definitions/client_event.ts'

/**
 * Waits for events of a room that may be peeked into.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3events
 */
export const peekEvents = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/events',
  routedBy: 'getEvents',
  auth: 'user',
  guest: true,
  query: Type.Object({ from: Type.Optional(Type.String()), timeout: Type.Optional(Type.Integer()), room_id: RoomId }),
  response: Type.Object({
    start: Type.Optional(Type.String()),
    end: Type.Optional(Type.String()),
    chunk: Type.Optional(Type.Array(ClientEvent)),
  }),
})
