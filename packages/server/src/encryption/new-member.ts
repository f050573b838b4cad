// Whether a journal entry is about somebody who came to a room, and not about a new name of one who is in it.
import type { RoomsContext } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import type { Journaled } from '../store/store.ts'

interface NewMember {
  readonly room: HotRoom
  readonly userId: string
  readonly userNid: number
}

/** The member that the entry of a membership event brought to the room, if they are still there. */
export async function newMember(
  { hotRooms, users }: RoomsContext,
  { room: roomNid, user: userNid, ref }: Journaled,
): Promise<NewMember | undefined> {
  if (ref === 0) return undefined
  const room = await hotRooms.get(roomNid)
  if (room.membership(userNid) !== 'join') return undefined
  const [event] = await room.events([ref])
  if (!event || event.content['membership'] !== 'join') return undefined
  const [before] = event.replacesNid === undefined ? [] : await room.events([event.replacesNid])
  if (before?.content['membership'] === 'join') return undefined
  const userId = await users.userId(userNid)
  return userId === undefined ? undefined : { room, userId, userNid }
}
