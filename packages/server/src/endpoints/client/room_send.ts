// Sending message events: https://spec.matrix.org/v1.19/client-server-api/#sending-events-to-a-room
import type * as roomSend from '@myelin/protocol/client-server/room_send'
import type { EventId } from '@myelin/protocol/identifiers'
import { refuseDelay } from '../delayed-events.ts'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof roomSend> = {
  sendMessage: async ({ rooms }, { requester, path, query, body }) => {
    refuseDelay(query)
    const { roomId, eventType, txnId } = path
    const sent = await rooms.send(roomId, { by: requester, type: eventType, content: body, transactionId: txnId })
    return { event_id: sent as EventId }
  },
}
