// MSC4140: delayed events, which are sent later unless they are cancelled or restarted. Calls end with them.
// Flag `org.matrix.msc4140`. The deployed form schedules by a query parameter of /send and /state, the merged form has
// a path.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { EventId, RoomId } from '../../identifiers.ts'
import { JsonObject } from '../../json-object.ts'

/** What can be done to a scheduled event; restarting begins its delay anew. */
export const DelayedEventAction = Type.Union([Type.Literal('send'), Type.Literal('cancel'), Type.Literal('restart')])
export type DelayedEventAction = Static<typeof DelayedEventAction>

/** A scheduled event. `delay` is in milliseconds, `running_since` in milliseconds since the epoch. */
export const DelayedEvent = Type.Object({
  delay_id: Type.String(),
  room_id: RoomId,
  type: Type.String(),
  state_key: Type.Optional(Type.String()),
  content: JsonObject,
  delay: Type.Integer(),
  running_since: Type.Integer(),
})
export type DelayedEvent = Static<typeof DelayedEvent>

/** An event that was sent or cancelled, and why. */
export const FinalisedDelayedEvent = Type.Object({
  delayed_event: DelayedEvent,
  outcome: Type.Union([Type.Literal('send'), Type.Literal('cancel')]),
  reason: Type.Union([Type.Literal('error'), Type.Literal('action'), Type.Literal('delay')]),
  error: Type.Optional(JsonObject),
  event_id: Type.Optional(EventId),
  origin_server_ts: Type.Optional(Type.Integer()),
})
export type FinalisedDelayedEvent = Static<typeof FinalisedDelayedEvent>

/** Scheduled events twice: deployed servers say `delayed_events`, newer clients read `scheduled`. */
export const DelayedEvents = Type.Object({
  delayed_events: Type.Optional(Type.Array(DelayedEvent)),
  scheduled: Type.Optional(Type.Array(DelayedEvent)),
  finalised: Type.Optional(Type.Array(FinalisedDelayedEvent)),
  next_batch: Type.Optional(Type.String()),
})
export type DelayedEvents = Static<typeof DelayedEvents>

const prefix = '/_matrix/client/unstable/org.matrix.msc4140/delayed_events' as const
const listQuery = Type.Object({
  from: Type.Optional(Type.String()),
  status: Type.Optional(Type.Union([Type.Literal('scheduled'), Type.Literal('finalised')])),
  delay_id: Type.Optional(Type.Array(Type.String())),
})

/**
 * Lists the delayed events of the user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4140
 */
export const getDelayedEventsUnstable = endpoint({
  method: 'GET',
  path: prefix,
  auth: 'user',
  rateLimited: true,
  query: listQuery,
  response: DelayedEvents,
})

/**
 * Returns one delayed event.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4140
 */
export const getDelayedEventUnstable = endpoint({
  method: 'GET',
  path: `${prefix}/{delayId}`,
  auth: 'user',
  rateLimited: true,
  response: DelayedEvent,
})

/**
 * Sends, cancels or restarts a delayed event; its id is the only authority needed.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4140
 */
export const updateDelayedEventUnstable = endpoint({
  method: 'POST',
  path: `${prefix}/{delayId}`,
  auth: 'user?',
  rateLimited: true,
  body: Type.Object({ action: DelayedEventAction }),
  response: Type.Object({}),
})

/**
 * The same with the action in the path.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4140
 */
export const updateDelayedEventByPathUnstable = endpoint({
  method: 'POST',
  path: `${prefix}/{delayId}/{action}`,
  auth: 'user?',
  rateLimited: true,
  pathParameters: { action: DelayedEventAction },
  response: Type.Object({}),
})

/**
 * Schedules an event; `delay_ms` is in milliseconds, a state key makes it a state event.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4140
 */
export const sendDelayedEvent = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/rooms/{roomId}/delayed_event/{eventType}/{txnId}',
  auth: 'user',
  rateLimited: true,
  pathParameters: { roomId: RoomId },
  body: Type.Object({
    delay_ms: Type.Integer({ minimum: 0 }),
    state_key: Type.Optional(Type.String()),
    content: JsonObject,
  }),
  response: Type.Object({ delay_id: Type.String() }),
})

/**
 * Lists the delayed events of the user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4140
 */
export const getDelayedEvents = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/delayed_events',
  auth: 'user',
  rateLimited: true,
  query: listQuery,
  response: DelayedEvents,
})

/**
 * Returns one delayed event.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4140
 */
export const getDelayedEvent = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/delayed_events/{delayId}',
  auth: 'user',
  rateLimited: true,
  response: DelayedEvent,
})

/**
 * Sends, cancels or restarts a delayed event.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4140
 */
export const updateDelayedEvent = endpoint({
  method: 'POST',
  path: '/_matrix/client/v1/delayed_events/{delayId}/{action}',
  auth: 'user',
  rateLimited: true,
  pathParameters: { action: DelayedEventAction },
  response: Type.Object({}),
})
