// Through which other servers a room can be reached that this server is not in.
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { Actor, RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { roomNid } from './room-ids.ts'

export interface Seeking {
  readonly by: Actor
  /** Servers said to be in the room. */
  readonly servers?: readonly string[] | undefined
}

/** Servers to try, the likeliest first; none if this server is in the room, or nobody else can be. */
export async function residentServers(
  context: RoomsContext,
  roomId: string,
  { by, servers = [] }: Seeking,
): Promise<string[]> {
  const nid = await roomNid(context, roomId)
  const room = nid === undefined ? undefined : await context.hotRooms.get(nid)
  if (room && room.localJoined.size > 0) return []
  // Who made the room and nobody else: without members it is reached here or nowhere.
  const isOwn = room !== undefined && room.hosts.size === 0 && room.heads.length > 0
  if (isOwn) return []
  const inviter = room ? await inviterOf(room, by) : []
  const named = roomId.includes(':') ? [serverNameOf(roomId)] : []
  const all = new Set([...inviter, ...servers, ...(room?.hosts.keys() ?? []), ...named])
  all.delete(context.serverName)
  return [...all]
}

async function inviterOf(room: HotRoom, { userId }: Actor): Promise<string[]> {
  await room.loadState([['m.room.member', userId]])
  const own = room.state('m.room.member', userId)
  return own && own.sender !== userId ? [serverNameOf(own.sender)] : []
}
