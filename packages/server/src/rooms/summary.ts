// Room summaries: what a room is, for whoever may know of it.
import { isObject, stringMember } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { joinConditionsMax } from '../limits.ts'
import { routeTo } from './aliases.ts'
import { type Actor, contentText, type RoomsContext } from './context.ts'
import type { HotRoom, Membership } from './hot-room.ts'
import { type PublicRoom, summaryOf } from './room-facts.ts'
import { roomNid } from './room-ids.ts'

/** A room in the words of summaries and spaces; field names of the wire. */
export interface RoomDescription extends PublicRoom {
  readonly room_version?: string | undefined
  readonly encryption?: string | undefined
  /** Of restricted rooms: the rooms whose members may join. */
  readonly allowed_room_ids?: readonly string[] | undefined
}

export interface RoomSummary extends RoomDescription {
  readonly membership?: Membership
}

export interface SummaryQuery {
  readonly by: Actor | undefined
  /** Servers that may know of the room. */
  readonly via?: readonly string[] | undefined
}

/**
 * Summarises a room to its members and the invited, and to everybody if it can be joined, knocked on or read by everybody.
 * Throws M_NOT_FOUND otherwise. https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1room_summaryroomidoralias
 */
export async function summary(
  context: RoomsContext,
  roomIdOrAlias: string,
  { by, via = [] }: SummaryQuery,
): Promise<RoomSummary> {
  const { roomId, servers } = await routeTo(context, roomIdOrAlias, via)
  const nid = await roomNid(context, roomId)
  const room = nid === undefined ? undefined : await context.hotRooms.get(nid)
  const membership = by && room?.membership(by.userNid)
  const description = isHere(room) ? describe(room) : by && (await remoteDescription(context, roomId, servers))
  if (!description || !(await maySee(context, { by, description, membership })))
    throw new MatrixError('M_NOT_FOUND', 'There is no such room, or you may not know of it')
  return { ...description, ...(by === undefined ? {} : { membership: membership ?? 'leave' }) }
}

const isHere = (room: HotRoom | undefined): room is HotRoom =>
  room !== undefined && (room.localJoined.size > 0 || room.hosts.size === 0)

/** What another server that is in the room says of it. */
async function remoteDescription(
  context: RoomsContext,
  roomId: string,
  servers: readonly string[],
): Promise<RoomDescription | undefined> {
  const space = await context.spaces.remote(context, { roomId, servers, suggestedOnly: false })
  return space?.room
}

/** The room as it is now. */
export function describe(room: HotRoom): RoomDescription {
  const allowed = allowedRooms(room)
  const encryption = contentText(room.state('m.room.encryption')?.content, 'algorithm')
  return {
    ...summaryOf(room),
    room_version: room.rules.id,
    ...(allowed.length === 0 ? {} : { allowed_room_ids: allowed }),
    ...(encryption === undefined ? {} : { encryption }),
  }
}

export interface Seeing {
  readonly by: Actor | undefined
  readonly description: RoomDescription
  /** Of `by` in the room. */
  readonly membership: Membership | undefined
}

/** Whether somebody may know of a room. */
export async function maySee(context: RoomsContext, { by, description, membership }: Seeing): Promise<boolean> {
  if (isOpen(description) || membership === 'join' || membership === 'invite') return true
  return by !== undefined && isAllowed(context, description, by)
}

/** Members of a room that a restricted room lets in may know of it. */
async function isAllowed(context: RoomsContext, description: RoomDescription, by: Actor): Promise<boolean> {
  for (const roomId of (description.allowed_room_ids ?? []).slice(0, joinConditionsMax)) {
    const nid = await roomNid(context, roomId)
    if (nid !== undefined && (await context.hotRooms.get(nid)).membership(by.userNid) === 'join') return true
  }
  return false
}

const openRules = new Set(['public', 'knock', 'knock_restricted'])

/** Everybody may know of it. */
export const isOpen = ({ join_rule: joinRule = 'invite', world_readable: worldReadable }: RoomDescription): boolean =>
  worldReadable || openRules.has(joinRule)

/** The rooms that a restricted room lets the members of in. */
export function allowedRooms(room: HotRoom): readonly string[] {
  const { join_rule: joinRule, allow } = room.state('m.room.join_rules')?.content ?? {}
  if ((joinRule !== 'restricted' && joinRule !== 'knock_restricted') || !Array.isArray(allow)) return []
  return allow.flatMap((condition: unknown) =>
    isObject(condition) && condition['type'] === 'm.room_membership' ? (stringMember(condition, 'room_id') ?? []) : [],
  )
}
