// Schema `invite_3pid` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Somebody to invite by a third-party identifier. */
export const Invite3pid = Type.Object({
  id_server: Type.String(),
  id_access_token: Type.String(),
  medium: Type.String(),
  address: Type.String(),
})
export type Invite3pid = Static<typeof Invite3pid>
