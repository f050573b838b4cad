// Asking to be let into a room.
import { useRoom } from './access.ts'
import { routeTo } from './aliases.ts'
import type { Actor, RoomsContext } from './context.ts'
import { changeMembership, profileContent } from './member-event.ts'
import { remoteKnock } from './remote-knock.ts'
import { residentServers } from './resident-servers.ts'

export interface KnockOptions {
  readonly by: Actor
  readonly reason?: string | undefined
  /** Servers that may be in the room, for a room that this one is not in. */
  readonly servers?: readonly string[] | undefined
}

/**
 * Knocks on a room given by id or alias; resolves with its id.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3knockroomidoralias
 */
export async function knock(context: RoomsContext, roomIdOrAlias: string, options: KnockOptions): Promise<string> {
  const { by, reason } = options
  const { roomId, servers } = await routeTo(context, roomIdOrAlias, options.servers)
  const residents = context.federation ? await residentServers(context, roomId, { by, servers }) : []
  if (residents.length > 0) {
    const content = await profileContent(context, by.userId, reason)
    await remoteKnock(context, { by, roomId, servers: residents, content })
    return roomId
  }
  const use = { unknownRoom: 'M_NOT_FOUND' } as const
  await useRoom(
    context,
    roomId,
    (room) => changeMembership(context, room, { by, target: by.userId, membership: 'knock', reason }),
    use,
  )
  return roomId
}
