// m.presence between servers: presence of users of the sending server.
// https://spec.matrix.org/v1.19/server-server-api/#mpresence
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'
import { openEnum } from '../../open-enum.ts'
import { event } from '../event.ts'

/** The presence of one user. `last_active_ago` is in milliseconds. */
export const UserPresenceUpdate = Type.Object({
  user_id: UserId,
  presence: openEnum('offline', 'unavailable', 'online'),
  last_active_ago: Type.Integer(),
  status_msg: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  currently_active: Type.Optional(Type.Boolean()),
})
export type UserPresenceUpdate = Static<typeof UserPresenceUpdate>

/** Presence updates of users. */
export const PresenceEduContent = Type.Object({ push: Type.Array(UserPresenceUpdate) })
export type PresenceEduContent = Static<typeof PresenceEduContent>

/** m.presence between servers. */
export const presenceEdu = event({ type: 'm.presence', kind: 'edu', content: PresenceEduContent })
