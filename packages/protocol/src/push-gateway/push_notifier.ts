// Notifications on their way to phones.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId, UserId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'

const Device = Type.Object({
  app_id: Type.String(),
  pushkey: Type.String(),
  pushkey_ts: Type.Optional(Type.Integer()),
  data: Type.Optional(Type.Object({ format: Type.Optional(Type.String()) })),
  tweaks: Type.Optional(JsonObject),
})

/**
 * Notifies devices of an event; `pushkey_ts` is seconds since 1970. Answers with the push keys that are dead.
 * https://spec.matrix.org/v1.19/push-gateway-api/#post_matrixpushv1notify
 */
export const notify = endpoint({
  method: 'POST',
  path: '/_matrix/push/v1/notify',
  auth: 'none',
  body: Type.Object({
    notification: Type.Object({
      event_id: Type.Optional(EventId),
      room_id: Type.Optional(RoomId),
      type: Type.Optional(Type.String()),
      sender: Type.Optional(UserId),
      sender_display_name: Type.Optional(Type.String()),
      room_name: Type.Optional(Type.String()),
      room_alias: Type.Optional(Type.String()),
      user_is_target: Type.Optional(Type.Boolean()),
      prio: Type.Optional(Type.Union([Type.Literal('high'), Type.Literal('low')])),
      content: Type.Optional(JsonObject),
      counts: Type.Optional(
        Type.Object({ unread: Type.Optional(Type.Integer()), missed_calls: Type.Optional(Type.Integer()) }),
      ),
      devices: Type.Array(Device),
    }),
  }),
  response: Type.Object({ rejected: Type.Array(Type.String()) }),
})
