// Synchronising a client with its server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { StrippedStateEvent } from '../events/shapes.ts'
import { UserId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'
import { EventBatch } from './definitions/event_batch.ts'
import { StateEventBatch } from './definitions/state_event_batch.ts'
import { TimelineBatch } from './definitions/timeline_batch.ts'

/**
 * Returns what changed for the user since a token; waits when nothing did.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3sync
 */
export const sync = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/sync',
  auth: 'user',
  guest: true,
  query: Type.Object({
    filter: Type.Optional(Type.String()),
    since: Type.Optional(Type.String()),
    full_state: Type.Optional(Type.Boolean()),
    set_presence: Type.Optional(
      Type.Union([Type.Literal('offline'), Type.Literal('online'), Type.Literal('unavailable')]),
    ),
    timeout: Type.Optional(Type.Integer()),
    use_state_after: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({
    next_batch: Type.String(),
    rooms: Type.Optional(
      Type.Object({
        join: Type.Optional(
          Type.Record(
            Type.String(),
            Type.Object({
              summary: Type.Optional(
                Type.Object({
                  'm.heroes': Type.Optional(Type.Array(UserId)),
                  'm.joined_member_count': Type.Optional(Type.Integer()),
                  'm.invited_member_count': Type.Optional(Type.Integer()),
                }),
              ),
              state: Type.Optional(StateEventBatch),
              state_after: Type.Optional(StateEventBatch),
              timeline: Type.Optional(TimelineBatch),
              ephemeral: Type.Optional(EventBatch),
              account_data: Type.Optional(EventBatch),
              unread_notifications: Type.Optional(
                Type.Object({
                  highlight_count: Type.Optional(Type.Integer()),
                  notification_count: Type.Optional(Type.Integer()),
                }),
              ),
              unread_thread_notifications: Type.Optional(
                Type.Record(
                  Type.String(),
                  Type.Object({
                    highlight_count: Type.Optional(Type.Integer()),
                    notification_count: Type.Optional(Type.Integer()),
                  }),
                ),
              ),
            }),
          ),
        ),
        invite: Type.Optional(
          Type.Record(
            Type.String(),
            Type.Object({
              invite_state: Type.Optional(Type.Object({ events: Type.Optional(Type.Array(StrippedStateEvent)) })),
            }),
          ),
        ),
        knock: Type.Optional(
          Type.Record(
            Type.String(),
            Type.Object({
              knock_state: Type.Optional(Type.Object({ events: Type.Optional(Type.Array(StrippedStateEvent)) })),
            }),
          ),
        ),
        leave: Type.Optional(
          Type.Record(
            Type.String(),
            Type.Object({
              state: Type.Optional(StateEventBatch),
              state_after: Type.Optional(StateEventBatch),
              timeline: Type.Optional(TimelineBatch),
              account_data: Type.Optional(EventBatch),
            }),
          ),
        ),
      }),
    ),
    presence: Type.Optional(EventBatch),
    account_data: Type.Optional(EventBatch),
    to_device: Type.Optional(JsonObject),
    device_lists: Type.Optional(JsonObject),
    device_one_time_keys_count: Type.Optional(Type.Record(Type.String(), Type.Integer())),
  }),
})
