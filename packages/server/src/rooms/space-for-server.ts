// A space and its direct children as another server may know of them.
// https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1hierarchyroomid
import { MatrixError } from '@myelin/protocol/errors'
import { joinConditionsMax, spaceChildrenServedMax } from '../limits.ts'
import type { RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { roomNid } from './room-ids.ts'
import type { ServerRoom } from './server-access.ts'
import { type ChildState, childrenOf } from './space-children.ts'
import { allowedRooms, isOpen, type RoomDescription, describe } from './summary.ts'

export interface SpaceQuery extends ServerRoom {
  readonly suggestedOnly: boolean
}

/** Field names of the wire. */
export interface ServedSpace {
  readonly room: RoomDescription & { readonly children_state: readonly ChildState[] }
  readonly children: readonly RoomDescription[]
  readonly inaccessible_children: readonly string[]
}

/** Throws M_NOT_FOUND for rooms this server is not in, and for those the other may not know of. */
export async function spaceForServer(
  context: RoomsContext,
  { roomId, origin, suggestedOnly }: SpaceQuery,
): Promise<ServedSpace> {
  const space = await residentRoom(context, roomId)
  if (!space || !(await mayKnow(context, space, origin)))
    throw new MatrixError('M_NOT_FOUND', 'There is no such room, or your server may not know of it')
  const childrenState = await childrenOf(space, { suggestedOnly })
  const children: RoomDescription[] = []
  const inaccessible: string[] = []
  for (const { state_key: childId } of childrenState.slice(0, spaceChildrenServedMax)) {
    const child = await residentRoom(context, childId)
    if (!child) continue
    if (await mayKnow(context, child, origin)) children.push(describe(child))
    else inaccessible.push(childId)
  }
  return {
    room: { ...describe(space), children_state: childrenState },
    children,
    inaccessible_children: inaccessible,
  }
}

/** A room this server is in. */
export async function residentRoom(context: RoomsContext, roomId: string): Promise<HotRoom | undefined> {
  const nid = await roomNid(context, roomId)
  const room = nid === undefined ? undefined : await context.hotRooms.get(nid)
  return room && room.localJoined.size > 0 ? room : undefined
}

/**
 * Servers in it may, those of who is invited to it, and everybody whom it is open to; of restricted rooms, servers in a room
 * that lets its members in.
 */
async function mayKnow(context: RoomsContext, room: HotRoom, origin: string): Promise<boolean> {
  if (room.hosts.has(origin) || room.invitedHosts.has(origin) || isOpen(describe(room))) return true
  for (const roomId of allowedRooms(room).slice(0, joinConditionsMax))
    if ((await residentRoom(context, roomId))?.hosts.has(origin)) return true
  return false
}
