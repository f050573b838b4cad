// A user leaves every room: what becomes of a deactivated account's rooms.
import { userRooms } from '../store/user-rooms.ts'
import type { Actor, RoomsContext } from './context.ts'
import { leave } from './leave.ts'

/** Leaves every room the user has joined, is invited to or knocks at. */
export async function leaveAll(context: RoomsContext, user: Actor): Promise<void> {
  const rooms = await userRooms(context.store.read, user.userNid)
  for (const { roomNid, membership } of rooms) {
    if (membership === 'leave' || membership === 'ban') continue
    const { roomId } = await context.hotRooms.get(roomNid)
    await leave(context, roomId, { by: user })
  }
}
