// Inviting a user.
import { MatrixError } from '@myelin/protocol/errors'
import { useJoinedRoom } from './access.ts'
import { type Actor, isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { changeMembership } from './member-event.ts'
import { remoteInvite } from './remote-invite.ts'

export interface InviteOptions {
  readonly by: Actor
  readonly target: string
  readonly reason?: string | undefined
  readonly isDirect?: boolean | undefined
}

/** Invites `target` to the room. https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite */
export async function invite(context: RoomsContext, roomId: string, options: InviteOptions): Promise<void> {
  await useJoinedRoom(context, roomId, { actor: options.by, use: (room) => inviteTo(context, room, options) })
}

/** Invites `target` to a room at hand; resolves with the id of the invite. */
export async function inviteTo(context: RoomsContext, room: HotRoom, options: InviteOptions): Promise<string> {
  const { by, target, reason } = options
  await checkInvite(context, target, by)
  const content = options.isDirect ? { is_direct: true } : {}
  if (isLocal(context, target))
    return (await changeMembership(context, room, { by, target, membership: 'invite', reason, content })).eventId
  const said = reason === undefined ? content : { ...content, reason }
  return remoteInvite(context, room, { by, target, content: { ...said, membership: 'invite' } })
}

/** Throws when a user cannot be invited: out of reach, or one who does not want invites from `by`. */
export async function checkInvite(context: RoomsContext, target: string, by: Actor): Promise<void> {
  if (isLocal(context, target)) return context.hooks.checkInvite(target, by.userId)
  if (!context.federation)
    throw new MatrixError('M_FORBIDDEN', 'Users of other servers cannot be invited: this server does not federate')
}
