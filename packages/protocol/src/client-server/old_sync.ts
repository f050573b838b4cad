// The event stream and snapshots from before /sync.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Event } from '../events/shapes.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { openEnum } from '../open-enum.ts'
import { ClientEvent } from './definitions/client_event.ts'

/**
 * Waits for events after a token, of all rooms or (as peekEvents on the same path) of one.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3events
 */
export const getEvents = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/events',
  auth: 'user',
  guest: true,
  deprecated: '1.0',
  query: Type.Object({
    from: Type.Optional(Type.String()),
    timeout: Type.Optional(Type.Integer()),
    room_id: Type.Optional(RoomId),
  }),
  response: Type.Object({
    start: Type.Optional(Type.String()),
    end: Type.Optional(Type.String()),
    chunk: Type.Optional(Type.Array(ClientEvent)),
  }),
})

/**
 * Returns a snapshot of all rooms of the user.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3initialsync
 */
export const initialSync = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/initialSync',
  auth: 'user',
  deprecated: '1.0',
  query: Type.Object({ limit: Type.Optional(Type.Integer()), archived: Type.Optional(Type.Boolean()) }),
  response: Type.Object({
    end: Type.String(),
    presence: Type.Array(Event),
    rooms: Type.Array(
      Type.Object({
        room_id: RoomId,
        membership: openEnum('invite', 'join', 'leave', 'ban'),
        invite: Type.Optional(ClientEvent),
        messages: Type.Optional(
          Type.Object({ start: Type.Optional(Type.String()), end: Type.String(), chunk: Type.Array(ClientEvent) }),
        ),
        state: Type.Optional(Type.Array(ClientEvent)),
        visibility: Type.Optional(openEnum('private', 'public')),
        account_data: Type.Optional(Type.Array(Event)),
      }),
    ),
    account_data: Type.Optional(Type.Array(Event)),
  }),
})

/** Returns an event by its id. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3eventseventid */
export const getOneEvent = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/events/{eventId}',
  auth: 'user',
  deprecated: '1.0',
  pathParameters: { eventId: EventId },
  response: ClientEvent,
})
