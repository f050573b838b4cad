// What an OAuth 2.0 client says of itself when it registers.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Client metadata (RFC 7591); localised fields such as `client_name#fr` are additional properties. */
export const ClientMetadata = Type.Object({
  client_uri: Type.String(),
  client_name: Type.Optional(Type.String()),
  logo_uri: Type.Optional(Type.String()),
  tos_uri: Type.Optional(Type.String()),
  policy_uri: Type.Optional(Type.String()),
  redirect_uris: Type.Optional(Type.Array(Type.String())),
  response_types: Type.Optional(Type.Array(Type.String())),
  grant_types: Type.Optional(Type.Array(Type.String())),
  token_endpoint_auth_method: Type.Optional(Type.String()),
  application_type: Type.Optional(Type.String()),
})
export type ClientMetadata = Static<typeof ClientMetadata>
