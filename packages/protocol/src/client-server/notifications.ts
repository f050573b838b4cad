// Events the user was notified about.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'
import { ClientEventWithoutRoomId } from './definitions/client_event_without_room_id.ts'
import { PushAction } from './definitions/push_action.ts'

/**
 * Pages through the events that notified the user.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3notifications
 */
export const getNotifications = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/notifications',
  auth: 'user',
  query: Type.Object({
    from: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer()),
    only: Type.Optional(Type.String()),
  }),
  response: Type.Object({
    next_token: Type.Optional(Type.String()),
    notifications: Type.Array(
      Type.Object({
        actions: Type.Array(PushAction),
        event: ClientEventWithoutRoomId,
        profile_tag: Type.Optional(Type.String()),
        read: Type.Boolean(),
        room_id: RoomId,
        ts: Type.Integer(),
      }),
    ),
  }),
})
