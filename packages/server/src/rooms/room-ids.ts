// From the ids of rooms and users to their nids: from memory for hot rooms, from the store otherwise.
import { roomByRoomId } from '../store/rooms.ts'
import type { RoomsContext } from './context.ts'

/** The nid of a room this server knows, or undefined. Reads nothing for a room in memory. */
export async function roomNid(context: RoomsContext, roomId: string): Promise<number | undefined> {
  return context.hotRooms.nidOf(roomId) ?? (await roomByRoomId(context.store.read, roomId))?.nid
}
