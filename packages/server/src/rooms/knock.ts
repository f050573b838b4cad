// Asking to be let into a room.
import { useRoom } from './access.ts'
import { resolveRoom } from './aliases.ts'
import type { Actor, RoomsContext } from './context.ts'
import { changeMembership } from './member-event.ts'

export interface KnockOptions {
  readonly by: Actor
  readonly reason?: string | undefined
}

/**
 * Knocks on a room given by id or alias; resolves with its id.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3knockroomidoralias
 */
export async function knock(context: RoomsContext, roomIdOrAlias: string, options: KnockOptions): Promise<string> {
  const { by, reason } = options
  const roomId = await resolveRoom(context, roomIdOrAlias)
  const use = { unknownRoom: 'M_NOT_FOUND' } as const
  await useRoom(
    context,
    roomId,
    (room) => changeMembership(context, room, { by, target: by.userId, membership: 'knock', reason }),
    use,
  )
  return roomId
}
