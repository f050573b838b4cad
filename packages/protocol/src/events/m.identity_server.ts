// m.identity_server, account data. https://spec.matrix.org/v1.19/client-server-api/#midentity_server
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** The identity server the user prefers; null means none. */
export const IdentityServerContent = Type.Object({ base_url: Type.Optional(Type.Union([Type.String(), Type.Null()])) })
export type IdentityServerContent = Static<typeof IdentityServerContent>

/** m.identity_server. */
export const identityServer = event({ type: 'm.identity_server', kind: 'accountData', content: IdentityServerContent })
