// Sending state events: https://spec.matrix.org/v1.19/client-server-api/#sending-events-to-a-room
import type * as roomState from '@myelin/protocol/client-server/room_state'
import type { EventId } from '@myelin/protocol/identifiers'
import { refuseDelay } from '../delayed-events.ts'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof roomState> = {
  setRoomStateWithKey: async ({ rooms }, { requester, path, query, body }) => {
    refuseDelay(query)
    const { roomId, eventType, stateKey } = path
    const sent = await rooms.sendState(roomId, { by: requester, type: eventType, stateKey, content: body })
    return { event_id: sent as EventId }
  },
}
