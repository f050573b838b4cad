// Who shares a room with a user, found room by room without holding up anything else.
import { syncSliceMs } from '../limits.ts'
import type { RoomsContext } from '../rooms/context.ts'
import { joinedRoomNids, joinedUserNids } from '../store/presence.ts'

/** The nids of the users in the user's rooms: of rooms in memory those of this server, of others all. */
export async function roomMates(rooms: RoomsContext, userNid: number): Promise<ReadonlySet<number>> {
  const { store, environment, hotRooms } = rooms
  const found = new Set<number>()
  let sliceStart = environment.monotonic()
  for (const room of await joinedRoomNids(store.read, userNid)) {
    const users = hotRooms.peek(room)?.localJoined ?? (await joinedUserNids(store.read, room))
    for (const user of users) found.add(user)
    if (environment.monotonic() - sliceStart < syncSliceMs) continue
    await new Promise<void>((resolve) => void environment.timer(0, resolve))
    sliceStart = environment.monotonic()
  }
  return found
}
