// Synchronising a client with its server.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { Event, StrippedStateEvent } from '../events/shapes.ts'
import { UserId } from '../identifiers.ts'
import { mapOf } from '../map-of.ts'
import { EventBatch } from './definitions/event_batch.ts'
import { StateEventBatch } from './definitions/state_event_batch.ts'
import { TimelineBatch } from './definitions/timeline_batch.ts'

/** What helps to name a room that has no name, and its member counts. Fields that did not change may be left out. */
export const SyncRoomSummary = Type.Object({
  'm.heroes': Type.Optional(Type.Array(UserId)),
  'm.joined_member_count': Type.Optional(Type.Integer()),
  'm.invited_member_count': Type.Optional(Type.Integer()),
})
export type SyncRoomSummary = Static<typeof SyncRoomSummary>

/** Unread counts of a room or thread. */
export const UnreadNotificationCounts = Type.Object({
  highlight_count: Type.Optional(Type.Integer()),
  notification_count: Type.Optional(Type.Integer()),
})
export type UnreadNotificationCounts = Static<typeof UnreadNotificationCounts>

/** What is new in a room the user has joined. `unread_thread_notifications` goes by thread root. */
export const JoinedRoom = Type.Object({
  summary: Type.Optional(SyncRoomSummary),
  state: Type.Optional(StateEventBatch),
  state_after: Type.Optional(StateEventBatch),
  'org.matrix.msc4222.state_after': Type.Optional(StateEventBatch),
  timeline: Type.Optional(TimelineBatch),
  ephemeral: Type.Optional(EventBatch),
  account_data: Type.Optional(EventBatch),
  unread_notifications: Type.Optional(UnreadNotificationCounts),
  unread_thread_notifications: Type.Optional(mapOf(UnreadNotificationCounts)),
})
export type JoinedRoom = Static<typeof JoinedRoom>

const StrippedStateBatch = Type.Object({ events: Type.Optional(Type.Array(StrippedStateEvent)) })

/** A room the user was invited to. */
export const InvitedRoom = Type.Object({ invite_state: Type.Optional(StrippedStateBatch) })
export type InvitedRoom = Static<typeof InvitedRoom>

/** A room the user knocked on. */
export const KnockedRoom = Type.Object({ knock_state: Type.Optional(StrippedStateBatch) })
export type KnockedRoom = Static<typeof KnockedRoom>

/** A room the user left or was banned from. */
export const LeftRoom = Type.Object({
  state: Type.Optional(StateEventBatch),
  state_after: Type.Optional(StateEventBatch),
  'org.matrix.msc4222.state_after': Type.Optional(StateEventBatch),
  timeline: Type.Optional(TimelineBatch),
  account_data: Type.Optional(EventBatch),
})
export type LeftRoom = Static<typeof LeftRoom>

/** A message to this device. https://spec.matrix.org/v1.19/client-server-api/#extensions-to-sync */
export const ToDeviceEvent = Type.Object({ ...Event.properties, sender: UserId })
export type ToDeviceEvent = Static<typeof ToDeviceEvent>

/** Users whose devices changed, and users no room is shared with any more. Only in incremental syncs. */
export const DeviceLists = Type.Object({
  changed: Type.Optional(Type.Array(UserId)),
  left: Type.Optional(Type.Array(UserId)),
})
export type DeviceLists = Static<typeof DeviceLists>

/** All there is to tell a client, by section. Sections without news may be left out. */
export const SyncResponse = Type.Object({
  next_batch: Type.String(),
  rooms: Type.Optional(
    Type.Object({
      join: Type.Optional(mapOf(JoinedRoom)),
      invite: Type.Optional(mapOf(InvitedRoom)),
      knock: Type.Optional(mapOf(KnockedRoom)),
      leave: Type.Optional(mapOf(LeftRoom)),
    }),
  ),
  presence: Type.Optional(EventBatch),
  account_data: Type.Optional(EventBatch),
  to_device: Type.Optional(Type.Object({ events: Type.Optional(Type.Array(ToDeviceEvent)) })),
  device_lists: Type.Optional(DeviceLists),
  device_one_time_keys_count: Type.Optional(mapOf(Type.Integer())),
  device_unused_fallback_key_types: Type.Optional(Type.Array(Type.String())),
})
export type SyncResponse = Static<typeof SyncResponse>

/**
 * Returns what changed for the user since a token; waits up to `timeout` milliseconds when nothing did. `filter` is the
 * id of a stored filter or, when it starts with `{`, a filter as JSON.
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
    'org.matrix.msc4222.use_state_after': Type.Optional(Type.Boolean()),
  }),
  response: SyncResponse,
})
