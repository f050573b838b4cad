// Parameters of the stage m.oauth of user-interactive authentication.
// https://spec.matrix.org/v1.19/client-server-api/#oauth-authentication
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** The page of the server on which the user approves the action. */
export const OAuthParams = Type.Object({ url: Type.String({ pattern: '^https?://' }) })
export type OAuthParams = Static<typeof OAuthParams>
