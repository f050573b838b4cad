// MSC4186: sliding sync as it was accepted. What deployed clients speak is in simplified_msc3575.ts.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { StrippedStateEvent } from '../../events/shapes.ts'
import { RoomId } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'
import { ClientEventWithoutRoomId } from '../definitions/client_event_without_room_id.ts'
import { SlidingSyncExtensionsRequest, SlidingSyncExtensionsResponse, StrippedHero } from './sliding_sync_extensions.ts'

/** Matches state by type and state key; what is left out matches any. */
export const RequiredStateElement = Type.Object({
  type: Type.Optional(Type.String()),
  state_key: Type.Optional(Type.String()),
})
export type RequiredStateElement = Static<typeof RequiredStateElement>

/** Which state to return. `lazy_members` adds the members a client needs to show the timeline. */
export const RequiredStateRequest = Type.Object({
  include: Type.Optional(Type.Array(RequiredStateElement)),
  exclude: Type.Optional(Type.Array(RequiredStateElement)),
  lazy_members: Type.Optional(Type.Boolean()),
})
export type RequiredStateRequest = Static<typeof RequiredStateRequest>

/** How much of a room to return. */
export const RoomSubscription = Type.Object({
  timeline_limit: Type.Integer({ minimum: 0 }),
  required_state: RequiredStateRequest,
})
export type RoomSubscription = Static<typeof RoomSubscription>

/** Which rooms a list holds. */
export const SlidingRoomFilter = Type.Object({
  is_dm: Type.Optional(Type.Boolean()),
  spaces: Type.Optional(Type.Array(RoomId)),
  is_encrypted: Type.Optional(Type.Boolean()),
  is_invited: Type.Optional(Type.Boolean()),
  room_types: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
  not_room_types: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
  tags: Type.Optional(Type.Array(Type.String())),
  not_tags: Type.Optional(Type.Array(Type.String())),
})
export type SlidingRoomFilter = Static<typeof SlidingRoomFilter>

/** A window on the user's rooms, latest activity first: both ends of the range are included, without one all rooms. */
export const SyncListConfig = Type.Object({
  ...RoomSubscription.properties,
  range: Type.Optional(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 2, maxItems: 2 })),
  filters: Type.Optional(SlidingRoomFilter),
})
export type SyncListConfig = Static<typeof SyncListConfig>

/** A request; the number of lists and of subscriptions is limited to 100 each. */
export const SlidingSyncV4Request = Type.Object({
  conn_id: Type.Optional(Type.String()),
  pos: Type.Optional(Type.String()),
  timeout: Type.Optional(Type.Integer()),
  set_presence: Type.Optional(
    Type.Union([Type.Literal('offline'), Type.Literal('online'), Type.Literal('unavailable')]),
  ),
  lists: Type.Optional(mapOf(SyncListConfig)),
  room_subscriptions: Type.Optional(mapOf(RoomSubscription)),
  extensions: Type.Optional(SlidingSyncExtensionsRequest),
})
export type SlidingSyncV4Request = Static<typeof SlidingSyncV4Request>

/** State that is no more. */
export const StateStub = Type.Object({ type: Type.String(), state_key: Type.String() })

/** What is new in a room. Without `initial`, what is left out has not changed; null means removed. */
export const RoomResult = Type.Object({
  bump_stamp: Type.Optional(Type.Integer()),
  membership: Type.Optional(Type.String()),
  lists: Type.Optional(Type.Array(Type.String())),
  name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  avatar: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  heroes: Type.Optional(Type.Array(StrippedHero)),
  is_dm: Type.Optional(Type.Boolean()),
  initial: Type.Optional(Type.Boolean()),
  expanded_timeline: Type.Optional(Type.Boolean()),
  required_state: Type.Optional(Type.Array(Type.Union([ClientEventWithoutRoomId, StateStub]))),
  timeline_events: Type.Optional(Type.Array(ClientEventWithoutRoomId)),
  prev_batch: Type.Optional(Type.String()),
  limited: Type.Optional(Type.Boolean()),
  num_live: Type.Optional(Type.Integer()),
  joined_count: Type.Optional(Type.Integer()),
  invited_count: Type.Optional(Type.Integer()),
  notification_count: Type.Optional(Type.Integer()),
  highlight_count: Type.Optional(Type.Integer()),
  stripped_state: Type.Optional(Type.Array(StrippedStateEvent)),
})
export type RoomResult = Static<typeof RoomResult>

/** An answer. */
export const SlidingSyncV4Response = Type.Object({
  pos: Type.String(),
  lists: Type.Optional(mapOf(Type.Object({ count: Type.Integer() }))),
  rooms: Type.Optional(mapOf(RoomResult)),
  extensions: Type.Optional(SlidingSyncExtensionsResponse),
})
export type SlidingSyncV4Response = Static<typeof SlidingSyncV4Response>

/**
 * Returns what changed in the rooms the client looks at; waits up to `timeout` milliseconds when nothing did.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4186
 */
export const slidingSync = endpoint({
  method: 'POST',
  path: '/_matrix/client/v4/sync',
  auth: 'user',
  body: SlidingSyncV4Request,
  response: SlidingSyncV4Response,
})
