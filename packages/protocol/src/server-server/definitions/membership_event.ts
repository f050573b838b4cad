// The membership event of a join, leave, knock or invite between two servers.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'

/**
 * A membership event in federation format. `origin` is named by the specification and not sent by all servers: since
 * room version 11 it means nothing.
 */
export const MembershipEvent = Type.Object({
  type: Type.String(),
  sender: UserId,
  state_key: UserId,
  origin: Type.Optional(Type.String()),
  origin_server_ts: Type.Integer(),
  content: Type.Object({ membership: Type.String(), join_authorised_via_users_server: Type.Optional(UserId) }),
})
export type MembershipEvent = Static<typeof MembershipEvent>

/** A membership event to be completed and signed by the server that asked for it. */
export const EventTemplate = Type.Object({
  type: Type.String(),
  sender: UserId,
  state_key: UserId,
  origin: Type.Optional(Type.String()),
  origin_server_ts: Type.Optional(Type.Integer()),
  content: Type.Object({ membership: Type.String(), join_authorised_via_users_server: Type.Optional(UserId) }),
})
export type EventTemplate = Static<typeof EventTemplate>
