// Events that relate to another event.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { ClientEvent } from './definitions/client_event.ts'

/**
 * Pages through the events that relate to an event.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidrelationseventid
 */
export const getRelatingEvents = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/{roomId}/relations/{eventId}',
  auth: 'user',
  since: '1.3',
  pathParameters: { roomId: RoomId, eventId: EventId },
  query: Type.Object({
    from: Type.Optional(Type.String()),
    to: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer()),
    dir: Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])),
    recurse: Type.Optional(Type.Boolean()),
    'org.matrix.msc3981.recurse': Type.Optional(Type.Boolean()),
    'org.matrix.msc3715.dir': Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])),
  }),
  response: Type.Object({
    next_batch: Type.Optional(Type.String()),
    prev_batch: Type.Optional(Type.String()),
    recursion_depth: Type.Optional(Type.Integer()),
    chunk: Type.Array(ClientEvent),
  }),
})

/**
 * Pages through the events that relate to an event in one way.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidrelationseventidreltype
 */
export const getRelatingEventsWithRelType = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}',
  auth: 'user',
  since: '1.3',
  pathParameters: { roomId: RoomId, eventId: EventId },
  query: Type.Object({
    from: Type.Optional(Type.String()),
    to: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer()),
    dir: Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])),
    recurse: Type.Optional(Type.Boolean()),
    'org.matrix.msc3981.recurse': Type.Optional(Type.Boolean()),
    'org.matrix.msc3715.dir': Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])),
  }),
  response: Type.Object({
    next_batch: Type.Optional(Type.String()),
    prev_batch: Type.Optional(Type.String()),
    recursion_depth: Type.Optional(Type.Integer()),
    chunk: Type.Array(ClientEvent),
  }),
})

/**
 * Pages through the events of one type that relate to an event in one way.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1roomsroomidrelationseventidreltypeeventtype
 */
export const getRelatingEventsWithRelTypeAndEventType = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rooms/{roomId}/relations/{eventId}/{relType}/{eventType}',
  auth: 'user',
  since: '1.3',
  pathParameters: { roomId: RoomId, eventId: EventId },
  query: Type.Object({
    from: Type.Optional(Type.String()),
    to: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer()),
    dir: Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])),
    recurse: Type.Optional(Type.Boolean()),
    'org.matrix.msc3981.recurse': Type.Optional(Type.Boolean()),
    'org.matrix.msc3715.dir': Type.Optional(Type.Union([Type.Literal('b'), Type.Literal('f')])),
  }),
  response: Type.Object({
    next_batch: Type.Optional(Type.String()),
    prev_batch: Type.Optional(Type.String()),
    recursion_depth: Type.Optional(Type.Integer()),
    chunk: Type.Array(ClientEvent),
  }),
})
