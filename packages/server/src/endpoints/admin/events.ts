// Myelin's admin API: what became of an event.
import type * as events from '@myelin/protocol/admin/events'
import { MatrixError } from '@myelin/protocol/errors'
import { requireAdmin } from '../../accounts/requester.ts'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof events> = {
  explainEvent: async ({ rooms }, { requester, path: { eventId } }) => {
    requireAdmin(requester)
    const found = await rooms.explainEvent(eventId)
    if (!found) throw new MatrixError('M_NOT_FOUND', 'This server has not heard of the event, or has forgotten it')
    const { verdict, roomId, rule, reason, origin, ts } = found
    return {
      event_id: eventId,
      verdict,
      ...(roomId !== undefined && { room_id: roomId }),
      ...(rule !== undefined && { rule }),
      ...(reason !== undefined && { reason }),
      ...(origin !== undefined && { origin }),
      ...(ts !== undefined && { ts }),
    }
  },
}
