// m.receipt, an ephemeral event. https://spec.matrix.org/v1.19/client-server-api/#mreceipt
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../map-of.ts'
import { event } from './event.ts'

/** Read receipts by event, type and user. `ts` is in milliseconds. */
export const ReceiptContent = mapOf(
  Type.Object({
    'm.read': Type.Optional(
      mapOf(Type.Object({ ts: Type.Optional(Type.Integer()), thread_id: Type.Optional(Type.String()) })),
    ),
    'm.read.private': Type.Optional(
      mapOf(Type.Object({ ts: Type.Optional(Type.Integer()), thread_id: Type.Optional(Type.String()) })),
    ),
  }),
)
export type ReceiptContent = Static<typeof ReceiptContent>

/** m.receipt. */
export const receipt = event({ type: 'm.receipt', kind: 'ephemeral', content: ReceiptContent })
