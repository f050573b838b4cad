// The identity server's signature on a third-party invite.
// https://spec.matrix.org/v1.19/client-server-api/#mroommember
import { Type } from 'typebox'
import { UserId } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'

/** Signed by the identity server: the user the invite is for and the token of the invite. */
export const SignedThirdPartyInvite = Type.Object({
  mxid: UserId,
  token: Type.String(),
  signatures: mapOf(mapOf(Type.String())),
})
