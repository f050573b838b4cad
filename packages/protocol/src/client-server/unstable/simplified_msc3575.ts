// Sliding sync as deployed servers and clients speak it. Flag `org.matrix.simplified_msc3575`; the accepted form, which
// differs, is in msc4186.ts.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { StrippedStateEvent } from '../../events/shapes.ts'
import { RoomId } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'
import { ClientEventWithoutRoomId } from '../definitions/client_event_without_room_id.ts'
import { SlidingSyncExtensionsRequest, SlidingSyncExtensionsResponse, StrippedHero } from './sliding_sync_extensions.ts'

/** Pairs of type and state key: `*` stands for any, `$LAZY` and `$ME` for members. With `["*","*"]` others exclude. */
export const RequiredStatePairs = Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }))

const RoomConfig = {
  required_state: Type.Optional(RequiredStatePairs),
  timeline_limit: Type.Optional(Type.Integer()),
}

/** Which rooms a list holds. */
export const RoomFilters = Type.Object({
  is_dm: Type.Optional(Type.Boolean()),
  is_encrypted: Type.Optional(Type.Boolean()),
  is_invite: Type.Optional(Type.Boolean()),
  room_types: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
  not_room_types: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Null()]))),
  spaces: Type.Optional(Type.Array(RoomId)),
  tags: Type.Optional(Type.Array(Type.String())),
  not_tags: Type.Optional(Type.Array(Type.String())),
  room_name_like: Type.Optional(Type.String()),
})
export type RoomFilters = Static<typeof RoomFilters>

/** A window on the user's rooms, latest activity first; both ends of a range are included. */
export const SlidingSyncList = Type.Object({
  ...RoomConfig,
  ranges: Type.Optional(Type.Array(Type.Array(Type.Integer({ minimum: 0 }), { minItems: 2, maxItems: 2 }))),
  filters: Type.Optional(RoomFilters),
})
export type SlidingSyncList = Static<typeof SlidingSyncList>

/** A request. Lists and subscriptions go by names of the client's and by room ids. */
export const SlidingSyncRequest = Type.Object({
  conn_id: Type.Optional(Type.String()),
  txn_id: Type.Optional(Type.String()),
  lists: Type.Optional(mapOf(SlidingSyncList)),
  room_subscriptions: Type.Optional(mapOf(Type.Object(RoomConfig))),
  extensions: Type.Optional(SlidingSyncExtensionsRequest),
})
export type SlidingSyncRequest = Static<typeof SlidingSyncRequest>

/** What is new in a room. Without `initial`, what is left out has not changed. */
export const SlidingSyncRoom = Type.Object({
  name: Type.Optional(Type.String()),
  avatar: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  heroes: Type.Optional(Type.Array(StrippedHero)),
  is_dm: Type.Optional(Type.Boolean()),
  initial: Type.Optional(Type.Boolean()),
  unstable_expanded_timeline: Type.Optional(Type.Boolean()),
  required_state: Type.Optional(Type.Array(ClientEventWithoutRoomId)),
  timeline: Type.Optional(Type.Array(ClientEventWithoutRoomId)),
  prev_batch: Type.Optional(Type.String()),
  limited: Type.Optional(Type.Boolean()),
  num_live: Type.Optional(Type.Integer()),
  joined_count: Type.Optional(Type.Integer()),
  invited_count: Type.Optional(Type.Integer()),
  notification_count: Type.Optional(Type.Integer()),
  highlight_count: Type.Optional(Type.Integer()),
  bump_stamp: Type.Optional(Type.Integer()),
  invite_state: Type.Optional(Type.Array(StrippedStateEvent)),
  knock_state: Type.Optional(Type.Array(StrippedStateEvent)),
})
export type SlidingSyncRoom = Static<typeof SlidingSyncRoom>

/** The rooms in a range of a list. */
export const SlidingSyncOperation = Type.Object({
  op: Type.Literal('SYNC'),
  range: Type.Array(Type.Integer(), { minItems: 2, maxItems: 2 }),
  room_ids: Type.Array(RoomId),
})

/** An answer. */
export const SlidingSyncResponse = Type.Object({
  pos: Type.String(),
  txn_id: Type.Optional(Type.String()),
  lists: Type.Optional(
    mapOf(Type.Object({ count: Type.Integer(), ops: Type.Optional(Type.Array(SlidingSyncOperation)) })),
  ),
  rooms: Type.Optional(mapOf(SlidingSyncRoom)),
  extensions: Type.Optional(SlidingSyncExtensionsResponse),
})
export type SlidingSyncResponse = Static<typeof SlidingSyncResponse>

/**
 * Returns what changed in the rooms the client looks at; waits up to `timeout` milliseconds when nothing did.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4186
 */
export const simplifiedSlidingSync = endpoint({
  method: 'POST',
  path: '/_matrix/client/unstable/org.matrix.simplified_msc3575/sync',
  auth: 'user',
  query: Type.Object({
    pos: Type.Optional(Type.String()),
    timeout: Type.Optional(Type.Integer()),
    set_presence: Type.Optional(
      Type.Union([Type.Literal('offline'), Type.Literal('online'), Type.Literal('unavailable')]),
    ),
  }),
  body: SlidingSyncRequest,
  response: SlidingSyncResponse,
})
