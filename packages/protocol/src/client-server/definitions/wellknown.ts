// Where the servers of a domain are: the body of /.well-known/matrix/client, also sent along with a login.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Base URL of a homeserver's client-server API. */
export const HomeserverInformation = Type.Object({ base_url: Type.String() })

/** Base URL of an identity server. */
export const IdentityServerInformation = Type.Object({ base_url: Type.String() })

/** Discovery information for clients; further keys are namespaced and kept. */
export const WellKnown = Type.Object({
  'm.homeserver': HomeserverInformation,
  'm.identity_server': Type.Optional(IdentityServerInformation),
})
export type WellKnown = Static<typeof WellKnown>
