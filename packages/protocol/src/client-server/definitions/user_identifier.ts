// Who logs in: a user name, a third-party identifier or a phone number, by type. Unknown types are kept for the server
// to refuse. https://spec.matrix.org/v1.19/client-server-api/#identifier-types
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** `user` belongs to m.id.user, `medium` and `address` to m.id.thirdparty, `country` and `phone` to m.id.phone. */
export const UserIdentifier = Type.Object({
  type: Type.String(),
  user: Type.Optional(Type.String()),
  medium: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  country: Type.Optional(Type.String()),
  phone: Type.Optional(Type.String()),
})
export type UserIdentifier = Static<typeof UserIdentifier>
