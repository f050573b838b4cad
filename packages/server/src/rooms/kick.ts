// Removing a user from a room, or taking back their invite.
import { MatrixError } from '@myelin/protocol/errors'
import { useJoinedRoom } from './access.ts'
import type { Actor, RoomsContext } from './context.ts'
import { changeMembership, membershipOf } from './member-event.ts'

export interface RemovalOptions {
  readonly by: Actor
  readonly target: string
  readonly reason?: string | undefined
}

/** Removes `target`. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidkick */
export function kick(context: RoomsContext, roomId: string, { by, target, reason }: RemovalOptions): Promise<void> {
  return useJoinedRoom(context, roomId, {
    actor: by,
    use: async (room) => {
      const membership = await membershipOf(room, target)
      if (membership === undefined || membership === 'leave' || membership === 'ban')
        throw new MatrixError('M_FORBIDDEN', 'The user is not in this room')
      await changeMembership(context, room, { by, target, membership: 'leave', reason })
    },
  })
}
