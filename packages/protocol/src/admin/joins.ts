// Myelin's admin API: joins of rooms of other servers that are under way.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'

const Join = Type.Object({
  room_id: RoomId,
  /** For whom; absent where a room is in use already and its members are being fetched. */
  user_id: Type.Optional(UserId),
  /** What is done now: `asking`, `receiving`, `judging`, `entering`, or `members` between attempts to fetch members. */
  phase: Type.String(),
  /** The server that is asked, empty before the first. */
  server: Type.String(),
  /** Events that arrived, were checked, and are stored. */
  received: Type.Integer(),
  checked: Type.Integer(),
  stored: Type.Integer(),
  /** Why the last server could not help. */
  last_error: Type.String(),
  /** Milliseconds since the epoch. */
  started_ts: Type.Integer(),
})

/** Lists the joins under way. `M_FORBIDDEN` unless the caller may administer the server; likewise the other. */
export const listJoins = endpoint({
  method: 'GET',
  path: '/_myelin/admin/v1/joins',
  auth: 'user',
  response: Type.Object({ joins: Type.Array(Join) }),
})

/** Ends the joins of a room; whoever waits is told so. `M_NOT_FOUND` when there are none. */
export const cancelJoin = endpoint({
  method: 'DELETE',
  path: '/_myelin/admin/v1/joins/{roomId}',
  auth: 'user',
  pathParameters: { roomId: RoomId },
  response: Type.Object({}),
})
