// m.presence, presence. https://spec.matrix.org/v1.19/client-server-api/#mpresence
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** The presence of a user. `last_active_ago` is in milliseconds. */
export const PresenceContent = Type.Object({
  avatar_url: Type.Optional(Type.String()),
  displayname: Type.Optional(Type.String()),
  last_active_ago: Type.Optional(Type.Number()),
  presence: Type.Union([Type.Literal('online'), Type.Literal('offline'), Type.Literal('unavailable')]),
  currently_active: Type.Optional(Type.Boolean()),
  status_msg: Type.Optional(Type.String()),
})
export type PresenceContent = Static<typeof PresenceContent>

/** m.presence. */
export const presence = event({ type: 'm.presence', kind: 'presence', content: PresenceContent })
