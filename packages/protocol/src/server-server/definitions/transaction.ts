// A bundle of events and ephemeral data from one server to another.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ServerName } from '../../identifiers.ts'
import { Pdu } from './pdu.ts'

/**
 * "A Transaction can contain at most 50 PDUs and 100 EDUs"; the limit is the receiver's to enforce. EDUs are checked one
 * by one, so that a bad one takes nothing with it.
 */
export const Transaction = Type.Object({
  origin: ServerName,
  origin_server_ts: Type.Integer(),
  pdus: Type.Array(Pdu),
  edus: Type.Optional(Type.Array(Type.Unknown())),
})
export type Transaction = Static<typeof Transaction>

/** Events in an answer. `origin` and `origin_server_ts` are not depended upon: what matters is who was asked. */
export const PduBundle = Type.Object({
  origin: Type.Optional(Type.String()),
  origin_server_ts: Type.Optional(Type.Integer()),
  pdus: Type.Array(Pdu),
})
export type PduBundle = Static<typeof PduBundle>
