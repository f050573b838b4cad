// m.key.verification.mac, a message to devices and a message event in rooms.
// https://spec.matrix.org/v1.19/client-server-api/#mkeyverificationmac
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../map-of.ts'
import { VerificationRelatesTo } from './components/m.key.verification.m.relates_to.ts'
import { event } from './event.ts'

/** MACs of the keys a device vouches for. */
export const KeyVerificationMacContent = Type.Object({
  transaction_id: Type.Optional(Type.String()),
  mac: mapOf(Type.String()),
  keys: Type.String(),
  'm.relates_to': Type.Optional(VerificationRelatesTo),
})
export type KeyVerificationMacContent = Static<typeof KeyVerificationMacContent>

/** m.key.verification.mac. */
export const keyVerificationMac = event({
  type: 'm.key.verification.mac',
  kind: 'toDevice',
  alsoKind: 'message',
  content: KeyVerificationMacContent,
})
