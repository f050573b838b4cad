// m.receipt between servers: read receipts of users of the sending server. Private receipts never leave their server.
// https://spec.matrix.org/v1.19/server-server-api/#mreceipt
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { EventId } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'
import { event } from '../event.ts'

/** How far a user has read, with the time in milliseconds and the thread (`main` or its root). */
export const UserReadReceipt = Type.Object({
  event_ids: Type.Array(EventId, { minItems: 1, maxItems: 1 }),
  data: Type.Object({ ts: Type.Integer(), thread_id: Type.Optional(Type.String()) }),
})
export type UserReadReceipt = Static<typeof UserReadReceipt>

/** Receipts by room, type and user. */
export const ReceiptEduContent = mapOf(Type.Object({ 'm.read': mapOf(UserReadReceipt) }))
export type ReceiptEduContent = Static<typeof ReceiptEduContent>

/** m.receipt between servers. */
export const receiptEdu = event({ type: 'm.receipt', kind: 'edu', content: ReceiptEduContent })
