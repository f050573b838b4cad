// Schema `event_filter` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'

/** Which events a list may hold. */
export const EventFilter = Type.Object({
  limit: Type.Optional(Type.Integer()),
  not_senders: Type.Optional(Type.Array(UserId)),
  not_types: Type.Optional(Type.Array(Type.String())),
  senders: Type.Optional(Type.Array(UserId)),
  types: Type.Optional(Type.Array(Type.String())),
})
export type EventFilter = Static<typeof EventFilter>
