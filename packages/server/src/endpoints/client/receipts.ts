// Read receipts: https://spec.matrix.org/v1.19/client-server-api/#receipts
import type * as receipts from '@myelin/protocol/client-server/receipts'
import { MatrixError } from '@myelin/protocol/errors'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof receipts> = {
  postReceipt: async ({ ephemeral }, { requester, path, body }) => {
    const type = receiptType(path.receiptType)
    await ephemeral.postReceipt(requester, {
      roomId: path.roomId,
      eventId: path.eventId,
      type,
      threadId: body.thread_id,
    })
    return {}
  },
}

function receiptType(type: string): 'm.read' | 'm.read.private' | 'm.fully_read' {
  if (type === 'm.read' || type === 'm.read.private' || type === 'm.fully_read') return type
  throw new MatrixError('M_INVALID_PARAM', 'Receipts are m.read, m.read.private or m.fully_read')
}
