// Leaving a room, declining an invite, taking back a knock.
import { MatrixError } from '@myelin/protocol/errors'
import { useRoom } from './access.ts'
import type { Actor, RoomsContext } from './context.ts'
import { changeMembership, membershipOf, oneAtATime } from './member-event.ts'
import { remoteLeave } from './remote-leave.ts'

export interface LeaveOptions {
  readonly by: Actor
  readonly reason?: string | undefined
}

/**
 * Leaves the room; leaving a room one has left already changes nothing.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidleave
 */
export function leave(context: RoomsContext, roomId: string, { by, reason }: LeaveOptions): Promise<void> {
  return useRoom(context, roomId, (room) => {
    const work = async () => {
      const membership = await membershipOf(room, by.userId)
      if (membership === 'leave') return
      if (membership === undefined) throw new MatrixError('M_FORBIDDEN', 'You are not in this room')
      const isElsewhere = room.localJoined.size === 0 && (membership === 'invite' || membership === 'knock')
      if (context.federation && isElsewhere)
        return remoteLeave(context, room, { by, content: reason === undefined ? {} : { reason } })
      await changeMembership(context, room, { by, target: by.userId, membership: 'leave', reason })
    }
    return oneAtATime(context, room, { userId: by.userId, work })
  })
}
