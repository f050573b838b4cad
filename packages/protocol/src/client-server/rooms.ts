// Reading events, state and members of a room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { StateEvent } from '../events/shapes.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'
import { mapOf } from '../map-of.ts'
import { ClientEvent } from './definitions/client_event.ts'
import { Membership } from './definitions/membership.ts'

/**
 * Returns an event of a room.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomideventeventid
 */
export const getOneRoomEvent = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/event/{eventId}',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId, eventId: EventId },
  query: Type.Object({ 'fi.mau.msc2815.include_unredacted_content': Type.Optional(Type.Boolean()) }),
  response: ClientEvent,
})

/**
 * Returns the content of a state event (or the event itself); an empty state key may be left out of the path.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstateeventtypestatekey
 */
export const getRoomStateWithKey = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/state/{eventType}/{stateKey}',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId },
  query: Type.Object({ format: Type.Optional(Type.Union([Type.Literal('content'), Type.Literal('event')])) }),
  response: Type.Union([JsonObject, StateEvent]),
})

/**
 * Returns the current state of a room.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstate
 */
export const getRoomState = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/state',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId },
  response: Type.Array(ClientEvent),
})

/**
 * Lists the membership events of a room.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmembers
 */
export const getMembersByRoom = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/members',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId },
  query: Type.Object({
    at: Type.Optional(Type.String()),
    membership: Type.Optional(Membership),
    not_membership: Type.Optional(Membership),
  }),
  response: Type.Object({ chunk: Type.Optional(Type.Array(ClientEvent)) }),
})

/**
 * Lists the joined members of a room with their profiles.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidjoined_members
 */
export const getJoinedMembersByRoom = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/joined_members',
  auth: 'user',
  pathParameters: { roomId: RoomId },
  response: Type.Object({
    joined: Type.Optional(
      mapOf(
        Type.Object({
          display_name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
          avatar_url: Type.Optional(Type.Union([Type.String(), Type.Null()])),
        }),
      ),
    ),
  }),
})
