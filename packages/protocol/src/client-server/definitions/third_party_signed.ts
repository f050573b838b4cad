// Schema `third_party_signed` of the client-server API.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'

/** The identity server's signature on a third-party invite, sent along with a join. */
export const ThirdPartySigned = Type.Object({
  sender: UserId,
  mxid: UserId,
  token: Type.String(),
  signatures: mapOf(mapOf(Type.String())),
})
export type ThirdPartySigned = Static<typeof ThirdPartySigned>
