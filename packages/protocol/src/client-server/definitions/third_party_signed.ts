// The identity server's signature on a third-party invite, sent along with a join.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../../identifiers.ts'

/** The identity server's signature on a third-party invite, sent along with a join. */
export const ThirdPartySigned = Type.Object({
  sender: UserId,
  mxid: UserId,
  token: Type.String(),
  signatures: Type.Record(Type.String(), Type.Record(Type.String(), Type.String())),
})
export type ThirdPartySigned = Static<typeof ThirdPartySigned>
