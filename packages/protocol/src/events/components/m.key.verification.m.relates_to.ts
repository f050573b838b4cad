// Ties an event of a verification in a room to the message that began it.
// https://spec.matrix.org/v1.19/client-server-api/#key-verification-framework
import { Type } from 'typebox'
import { EventId } from '../../identifiers.ts'

/** A relation to the `m.key.verification.request` message. */
export const VerificationRelatesTo = Type.Object({
  rel_type: Type.Optional(Type.Literal('m.reference')),
  event_id: Type.Optional(EventId),
})
