// Forgetting a room one has left.
import { MatrixError } from '@myelin/protocol/errors'
import { forgetRoom } from '../store/members.ts'
import { useRoom } from './access.ts'
import type { Actor, RoomsContext } from './context.ts'

/**
 * Forgets a room: its history is then out of reach until one joins again. Throws M_UNKNOWN (400) while still in the room.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidforget
 */
export function forget(context: RoomsContext, roomId: string, { by }: { readonly by: Actor }): Promise<void> {
  return useRoom(
    context,
    roomId,
    async (room) => {
      const membership = room.membership(by.userNid)
      if (membership === undefined) throw new MatrixError('M_NOT_FOUND', 'You were never in this room')
      if (membership !== 'leave' && membership !== 'ban')
        throw new MatrixError('M_UNKNOWN', 'You are still in this room: leave it before you forget it', { status: 400 })
      await context.store.write((w) => forgetRoom(w, room.nid, by.userNid))
    },
    { unknownRoom: 'M_NOT_FOUND' },
  )
}
