// A snapshot of one room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Event } from '../events/shapes.ts'
import { RoomId } from '../identifiers.ts'
import { openEnum } from '../open-enum.ts'
import { ClientEvent } from './definitions/client_event.ts'

/**
 * Returns the state of a room and its last messages.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidinitialsync
 */
export const roomInitialSync = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/rooms/{roomId}/initialSync',
  auth: 'user',
  guest: true,
  pathParameters: { roomId: RoomId },
  response: Type.Object({
    room_id: RoomId,
    membership: Type.Optional(openEnum('invite', 'join', 'leave', 'ban')),
    messages: Type.Optional(
      Type.Object({ start: Type.Optional(Type.String()), end: Type.String(), chunk: Type.Array(ClientEvent) }),
    ),
    state: Type.Optional(Type.Array(ClientEvent)),
    visibility: Type.Optional(openEnum('private', 'public')),
    account_data: Type.Optional(Type.Array(Event)),
  }),
})
