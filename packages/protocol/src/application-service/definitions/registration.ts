// How an application service is made known to a homeserver.
import { Type } from 'typebox'
import type { Static } from 'typebox'

const Namespaces = Type.Array(Type.Object({ regex: Type.String(), exclusive: Type.Boolean() }))

/**
 * The registration of an application service; without a `url` it is never called.
 * https://spec.matrix.org/v1.19/application-service-api/#registration
 */
export const Registration = Type.Object({
  id: Type.String(),
  url: Type.Union([Type.String(), Type.Null()]),
  as_token: Type.String(),
  hs_token: Type.String(),
  sender_localpart: Type.String(),
  receive_ephemeral: Type.Optional(Type.Boolean()),
  namespaces: Type.Object({
    users: Type.Optional(Namespaces),
    rooms: Type.Optional(Namespaces),
    aliases: Type.Optional(Namespaces),
  }),
  rate_limited: Type.Optional(Type.Boolean()),
  protocols: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
})
export type Registration = Static<typeof Registration>
