// A bundle of events and ephemeral data from one server to another.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ServerName } from '../../identifiers.ts'
import { Edu } from './edu.ts'
import { Pdu } from './pdu.ts'

/** "A Transaction can contain at most 50 PDUs and 100 EDUs"; the limit is the receiver's to enforce. */
export const Transaction = Type.Object({
  origin: ServerName,
  origin_server_ts: Type.Integer(),
  pdus: Type.Array(Pdu),
  edus: Type.Optional(Type.Array(Edu)),
})
export type Transaction = Static<typeof Transaction>

/** Events in an answer. `origin` and `origin_server_ts` are not depended upon: what matters is who was asked. */
export const PduBundle = Type.Object({
  origin: Type.Optional(Type.String()),
  origin_server_ts: Type.Optional(Type.Integer()),
  pdus: Type.Array(Pdu),
})
export type PduBundle = Static<typeof PduBundle>
