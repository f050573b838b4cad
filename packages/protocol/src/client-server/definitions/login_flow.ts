// A way to log in, as the server offers it; single sign-on lists its identity providers.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** An identity provider of single sign-on. */
export const IdentityProvider = Type.Object({
  id: Type.String(),
  name: Type.String(),
  icon: Type.Optional(Type.String()),
  brand: Type.Optional(Type.String()),
})

/** A way to log in. `get_login_token` belongs to m.login.token, the last two fields to m.login.sso. */
export const LoginFlow = Type.Object({
  type: Type.String(),
  get_login_token: Type.Optional(Type.Boolean()),
  identity_providers: Type.Optional(Type.Array(IdentityProvider)),
  oauth_aware_preferred: Type.Optional(Type.Boolean()),
})
export type LoginFlow = Static<typeof LoginFlow>
