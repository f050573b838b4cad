// Through which other servers a room can be reached that this server is not in.
import { serverNameOf } from '@myelin/algorithms/user-id'
import type { Actor, RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { serversIn } from './partial-state.ts'
import { roomNid } from './room-ids.ts'
import { describingTypes } from './stripped-state.ts'

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

/** Servers to leave a room through that was only described to this one, in an invite or as the answer to a knock. */
export async function describingServers(context: RoomsContext, room: HotRoom, by: Actor): Promise<string[]> {
  const inviter = await inviterOf(room, by)
  const keys = describingTypes.map((type) => [type, ''] as const)
  await room.loadState(keys)
  const describing = keys.flatMap(([type, key]) => room.state(type, key)?.sender ?? []).map(serverNameOf)
  const all = new Set([...inviter, ...room.hosts.keys(), ...describing])
  all.delete(context.serverName)
  return [...all]
}

/** The other servers with users in the room, those with most first. */
export function serversByUsers({ serverName }: RoomsContext, room: HotRoom): string[] {
  const byUsers = [...room.hosts].toSorted(([, a], [, b]) => b - a).map(([host]) => host)
  return [...new Set([...byUsers, ...serversIn(room)])].filter((host) => host !== serverName)
}

async function inviterOf(room: HotRoom, { userId }: Actor): Promise<string[]> {
  await room.loadState([['m.room.member', userId]])
  const own = room.state('m.room.member', userId)
  return own && own.sender !== userId ? [serverNameOf(own.sender)] : []
}
