// Where users of other servers are heard: in rooms this server takes part in and they have joined, unless the room's
// access list bars their server.
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import type { RoomsContext } from '../rooms/context.ts'
import type { HotRoom } from '../rooms/hot-room.ts'
import { isAdmitted, useResidentRoom } from '../rooms/server-access.ts'

/** Runs `use` with a room in which `origin` may say things of its users. Throws M_NOT_FOUND and M_FORBIDDEN. */
export function usePeerRoom<T>(
  rooms: RoomsContext,
  { roomId, origin }: { readonly roomId: string; readonly origin: string },
  use: (room: HotRoom) => Promise<T>,
): Promise<T> {
  return useResidentRoom(rooms, roomId, async (room) => {
    // "If … the origin … is denied access to the room, the receiving server MUST ignore" its typing and receipts.
    if (!isAdmitted(room, origin)) throw new MatrixError('M_FORBIDDEN', 'Your server is banned from the room')
    return use(room)
  })
}

/** The nid of a user of `origin` who has joined the room. Throws M_FORBIDDEN for anybody else. */
export async function peerMember(
  rooms: RoomsContext,
  room: HotRoom,
  { origin, userId }: { readonly origin: string; readonly userId: string },
): Promise<number> {
  const userNid = serverNameOf(userId) === origin ? await rooms.users.find(userId) : undefined
  if (userNid === undefined || room.membership(userNid) !== 'join')
    throw new MatrixError('M_FORBIDDEN', 'The user is not in the room, or not of your server')
  return userNid
}
