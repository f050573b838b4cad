// Inviting a user.
import { MatrixError } from '@myelin/protocol/errors'
import { useJoinedRoom } from './access.ts'
import { type Actor, isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { changeMembership } from './member-event.ts'

export interface InviteOptions {
  readonly by: Actor
  readonly target: string
  readonly reason?: string | undefined
  readonly isDirect?: boolean | undefined
}

/** Invites `target` to the room. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite */
export function invite(context: RoomsContext, roomId: string, options: InviteOptions): Promise<void> {
  return useJoinedRoom(context, roomId, { actor: options.by, use: (room) => inviteTo(context, room, options) })
}

/** Invites `target` to a room at hand. */
export async function inviteTo(context: RoomsContext, room: HotRoom, options: InviteOptions): Promise<void> {
  const { by, target, reason } = options
  await checkInvite(context, target, by)
  const content = options.isDirect ? { is_direct: true } : {}
  await changeMembership(context, room, { by, target, membership: 'invite', reason, content })
}

/** Throws when a user cannot be invited: they are of another server, or do not want invites from `by`. */
export async function checkInvite(context: RoomsContext, target: string, by: Actor): Promise<void> {
  if (!isLocal(context, target))
    throw new MatrixError('M_FORBIDDEN', 'Users of other servers cannot be invited: this server does not federate yet')
  await context.hooks.checkInvite(target, by.userId)
}
