// MSC4306 and MSC4308: following threads. Flag `org.matrix.msc4306`.
import { Type } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { EventId, RoomId } from '../../identifiers.ts'
import { ThreadSubscriptionChanges } from './sliding_sync_extensions.ts'

const subscription =
  '/_matrix/client/unstable/io.element.msc4306/rooms/{roomId}/thread/{threadRoot}/subscription' as const
const pathParameters = { roomId: RoomId, threadRoot: EventId } as const

/**
 * Tells whether the user follows a thread; 404 when not.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4306
 */
export const getThreadSubscription = endpoint({
  method: 'GET',
  path: subscription,
  auth: 'user',
  pathParameters,
  response: Type.Object({ automatic: Type.Boolean() }),
})

/**
 * Follows a thread; `automatic` names the event that made the client do so, unasked.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4306
 */
export const putThreadSubscription = endpoint({
  method: 'PUT',
  path: subscription,
  auth: 'user',
  rateLimited: true,
  pathParameters,
  body: Type.Object({ automatic: Type.Optional(EventId) }),
  response: Type.Object({}),
})

/**
 * No longer follows a thread.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4306
 */
export const deleteThreadSubscription = endpoint({
  method: 'DELETE',
  path: subscription,
  auth: 'user',
  rateLimited: true,
  pathParameters,
  response: Type.Object({}),
})

/**
 * Pages backwards through changes of the threads the user follows.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4306
 */
export const getThreadSubscriptions = endpoint({
  method: 'GET',
  path: '/_matrix/client/unstable/io.element.msc4308/thread_subscriptions',
  auth: 'user',
  query: Type.Object({
    dir: Type.Literal('b'),
    from: Type.Optional(Type.String()),
    to: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer()),
  }),
  response: Type.Object({ ...ThreadSubscriptionChanges.properties, end: Type.Optional(Type.String()) }),
})
