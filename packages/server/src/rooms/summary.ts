// Room summaries: what a room is, for whoever may know of it.
import { isObject, stringMember } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { joinConditionsMax } from '../limits.ts'
import { resolveRoom } from './aliases.ts'
import { type Actor, contentText, type RoomsContext } from './context.ts'
import type { HotRoom, Membership } from './hot-room.ts'
import { type PublicRoom, summaryOf } from './room-facts.ts'
import { roomNid } from './room-ids.ts'

export interface RoomSummary extends PublicRoom {
  readonly room_version: string
  readonly encryption?: string
  readonly membership?: Membership
  /** Of restricted rooms: the rooms whose members may join. */
  readonly allowed_room_ids?: readonly string[]
}

/**
 * Summarises a room to its members and the invited, and to everybody if it can be joined, knocked on or read by everybody.
 * Throws M_NOT_FOUND otherwise. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1room_summaryroomidoralias
 */
export async function summary(
  context: RoomsContext,
  roomIdOrAlias: string,
  { by }: { readonly by: Actor | undefined },
): Promise<RoomSummary> {
  const nid = await roomNid(context, await resolveRoom(context, roomIdOrAlias))
  const room = nid === undefined ? undefined : await context.hotRooms.get(nid)
  const membership = by && room?.membership(by.userNid)
  if (
    !room ||
    !(isOpen(room) || membership === 'join' || membership === 'invite' || (by && (await isAllowed(context, room, by))))
  )
    throw new MatrixError('M_NOT_FOUND', 'There is no such room, or you may not know of it')
  const allowed = allowedRooms(room)
  const encryption = contentText(room.state('m.room.encryption')?.content, 'algorithm')
  return {
    ...summaryOf(room),
    room_version: room.rules.id,
    ...(allowed.length === 0 ? {} : { allowed_room_ids: allowed }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(by === undefined ? {} : { membership: membership ?? 'leave' }),
  }
}

/** Members of a room that a restricted room lets in may know of it. */
async function isAllowed(context: RoomsContext, room: HotRoom, by: Actor): Promise<boolean> {
  for (const roomId of allowedRooms(room).slice(0, joinConditionsMax)) {
    const nid = await roomNid(context, roomId)
    if (nid !== undefined && (await context.hotRooms.get(nid)).membership(by.userNid) === 'join') return true
  }
  return false
}

const openRules = new Set(['public', 'knock', 'knock_restricted'])

function isOpen(room: HotRoom): boolean {
  const { join_rule: joinRule = 'invite', world_readable: worldReadable } = summaryOf(room)
  return worldReadable || openRules.has(joinRule)
}

function allowedRooms(room: HotRoom): readonly string[] {
  const { join_rule: joinRule, allow } = room.state('m.room.join_rules')?.content ?? {}
  if ((joinRule !== 'restricted' && joinRule !== 'knock_restricted') || !Array.isArray(allow)) return []
  return allow.flatMap((condition: unknown) =>
    isObject(condition) && condition['type'] === 'm.room_membership' ? (stringMember(condition, 'room_id') ?? []) : [],
  )
}
