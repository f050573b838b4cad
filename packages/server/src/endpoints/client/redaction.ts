// Redacting events: https://spec.matrix.org/v1.19/client-server-api/#redactions
import type * as redaction from '@myelin/protocol/client-server/redaction'
import type { EventId } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof redaction> = {
  redactEvent: async ({ rooms }, { requester, path, body }) => {
    const { roomId, eventId, txnId } = path
    const options = { by: requester, eventId, reason: body.reason, transactionId: txnId }
    return { event_id: (await rooms.redact(roomId, options)) as EventId }
  },
}
