// `m.mentions` of an event's content: whom it mentions.
// https://spec.matrix.org/v1.19/client-server-api/#user-and-room-mentions
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** The users mentioned, and whether the whole room is. User ids are not checked: wrong ones mention nobody. */
export const Mentions = Type.Object({
  user_ids: Type.Optional(Type.Array(Type.String())),
  room: Type.Optional(Type.Boolean()),
})
export type Mentions = Static<typeof Mentions>
