// Redacting an event: one's own, or with the power for it, somebody else's.
import { MatrixError } from '@myelin/protocol/errors'
import { useJoinedRoom } from './access.ts'
import { append } from './append.ts'
import type { Actor, RoomsContext } from './context.ts'
import { powerLevelsOf } from './power.ts'
import { findEvent } from './stored-event.ts'

export interface RedactOptions {
  readonly by: Actor
  readonly eventId: string
  readonly reason?: string | undefined
  readonly transactionId?: string | undefined
}

/**
 * Redacts an event; resolves with the id of the redaction. Throws M_NOT_FOUND for an event the room does not have.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidredacteventidtxnid
 */
export function redact(context: RoomsContext, roomId: string, options: RedactOptions): Promise<string> {
  const { by, eventId, reason, transactionId } = options
  const key = `${roomId}/redact/${eventId}`
  return context.transactions.once({ by, transactionId, key }, (transaction) =>
    useJoinedRoom(context, roomId, {
      actor: by,
      use: async (room) => {
        const target = await findEvent(context, room, eventId)
        if (!target) throw new MatrixError('M_NOT_FOUND', 'The room has no such event')
        if (target.type === 'm.room.create') throw new MatrixError('M_FORBIDDEN', 'The create event cannot be redacted')
        const levels = powerLevelsOf(room)
        if (target.sender !== by.userId && levels.of(by.userId) < levels.redact)
          throw new MatrixError('M_FORBIDDEN', 'You lack the power to redact events of others')
        const content = reason === undefined ? {} : { reason }
        const draft = { by, type: 'm.room.redaction', content, redacts: eventId, transaction }
        return (await append(context, room, draft)).eventId
      },
    }),
  )
}
