// What a client sends to complete a stage of user-interactive authentication.
// https://spec.matrix.org/v1.19/client-server-api/#authentication-types
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserIdentifier } from './user_identifier.ts'

/** A validated session at an identity server or, without `id_server`, at the homeserver. */
export const ThreepidCredentials = Type.Object({
  sid: Type.String(),
  client_secret: Type.String(),
  id_server: Type.Optional(Type.String()),
  id_access_token: Type.Optional(Type.String()),
})
export type ThreepidCredentials = Static<typeof ThreepidCredentials>

/**
 * Which fields are needed depends on the type: `identifier` (or the older `user`) and `password`, `response` of a
 * captcha, `threepid_creds` of an email address or phone number, `token` of a registration token. Without a type the
 * session alone is checked, after a stage was completed elsewhere.
 */
export const AuthData = Type.Object({
  type: Type.Optional(Type.String()),
  session: Type.Optional(Type.String()),
  identifier: Type.Optional(UserIdentifier),
  user: Type.Optional(Type.String()),
  password: Type.Optional(Type.String()),
  response: Type.Optional(Type.String()),
  token: Type.Optional(Type.String()),
  threepid_creds: Type.Optional(ThreepidCredentials),
})
export type AuthData = Static<typeof AuthData>
