// Banning users from a room and lifting bans.
import { MatrixError } from '@myelin/protocol/errors'
import { useJoinedRoom } from './access.ts'
import type { RoomsContext } from './context.ts'
import type { RemovalOptions } from './kick.ts'
import { changeMembership, membershipOf } from './member-event.ts'

/** Bans `target`. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidban */
export function ban(context: RoomsContext, roomId: string, { by, target, reason }: RemovalOptions): Promise<void> {
  return useJoinedRoom(context, roomId, {
    actor: by,
    use: async (room) => {
      await changeMembership(context, room, { by, target, membership: 'ban', reason })
    },
  })
}

/** Lifts the ban of `target`. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidunban */
export function unban(context: RoomsContext, roomId: string, { by, target, reason }: RemovalOptions): Promise<void> {
  return useJoinedRoom(context, roomId, {
    actor: by,
    use: async (room) => {
      if ((await membershipOf(room, target)) !== 'ban') throw new MatrixError('M_FORBIDDEN', 'The user is not banned')
      await changeMembership(context, room, { by, target, membership: 'leave', reason })
    },
  })
}
