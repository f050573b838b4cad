// Schema `openid_token` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** A token by which third parties learn who a user is. */
export const OpenIdToken = Type.Object({
  access_token: Type.String(),
  token_type: Type.String(),
  matrix_server_name: Type.String(),
  expires_in: Type.Integer(),
})
export type OpenIdToken = Static<typeof OpenIdToken>
