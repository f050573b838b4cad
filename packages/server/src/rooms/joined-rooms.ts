// The rooms a user is in.
import { userRooms } from '../store/user-rooms.ts'
import type { Actor, RoomsContext } from './context.ts'

/** Ids of joined rooms. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3joined_rooms */
export async function joinedRooms(context: RoomsContext, { by }: { readonly by: Actor }): Promise<string[]> {
  const rooms = await userRooms(context.store.read, by.userNid)
  return rooms.filter(({ membership }) => membership === 'join').map(({ roomId }) => roomId)
}
