// The events around an event.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { ClientEvent } from './definitions/client_event.ts'

/**
 * Returns the events before and after an event, and the state at the last of them.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidcontexteventid
 */
export const getEventContext = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/context/{eventId}',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  query: Type.Object({ limit: Type.Optional(Type.Integer()), filter: Type.Optional(Type.String()) }),
  response: Type.Object({
    start: Type.Optional(Type.String()),
    end: Type.Optional(Type.String()),
    events_before: Type.Optional(Type.Array(ClientEvent)),
    event: Type.Optional(ClientEvent),
    events_after: Type.Optional(Type.Array(ClientEvent)),
    state: Type.Optional(Type.Array(ClientEvent)),
  }),
})
