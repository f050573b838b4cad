// Reporting rooms, events and users to the server's administrators.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId, UserId } from '../identifiers.ts'

/**
 * Reports a room as inappropriate.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidreport
 */
export const reportRoom = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/report',
  auth: 'user',
  rateLimited: true,
  since: '1.13',
  pathParameters: { roomId: RoomId },
  body: Type.Object({ reason: Type.String() }),
  response: Type.Object({}),
})

/**
 * Reports an event as inappropriate.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidreporteventid
 */
export const reportEvent = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/report/{eventId}',
  auth: 'user',
  pathParameters: { roomId: RoomId, eventId: EventId },
  body: Type.Object({ reason: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})

/**
 * Reports a user as inappropriate.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3usersuseridreport
 */
export const reportUser = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/users/{userId}/report',
  auth: 'user',
  rateLimited: true,
  since: '1.14',
  pathParameters: { userId: UserId },
  body: Type.Object({ reason: Type.String() }),
  response: Type.Object({}),
})
