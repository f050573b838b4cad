// Joining a room: by invite, public or restricted join rules.
import { isObject, objectMember, stringMember } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { joinConditionsMax } from '../limits.ts'
import { useRoom } from './access.ts'
import { resolveRoom } from './aliases.ts'
import { type Actor, contentText, isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { changeMembership, membershipOf, oneAtATime } from './member-event.ts'
import { creators, powerLevelsOf } from './power.ts'
import { roomNid } from './room-ids.ts'

export interface JoinOptions {
  readonly by: Actor
  readonly reason?: string | undefined
}

/**
 * Joins a room given by id or alias; resolves with its id. Joining a room one is in changes nothing.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3joinroomidoralias
 */
export async function join(context: RoomsContext, roomIdOrAlias: string, { by, reason }: JoinOptions): Promise<string> {
  const roomId = await resolveRoom(context, roomIdOrAlias)
  const joinIt = async (room: HotRoom) => {
    const membership = await membershipOf(room, by.userId)
    if (membership === 'join') return
    if (by.isGuest && !guestsMayJoin(room))
      throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests may not join this room')
    const voucher = membership === 'invite' ? undefined : await authorisingUser(context, room, by)
    const content = voucher === undefined ? {} : { join_authorised_via_users_server: voucher }
    await changeMembership(context, room, { by, target: by.userId, membership: 'join', reason, content })
  }
  const one = (room: HotRoom) => oneAtATime(context, room, { userId: by.userId, work: () => joinIt(room) })
  await useRoom(context, roomId, one, { unknownRoom: 'M_NOT_FOUND' })
  return roomId
}

/**
 * For restricted rooms: a joined local user who may invite, if `by` fulfils a condition of the join rule.
 * https://spec.matrix.org/v1.19/client-server-api/#restricted-rooms
 */
async function authorisingUser(context: RoomsContext, room: HotRoom, by: Actor): Promise<string | undefined> {
  const rules = room.state('m.room.join_rules')?.content
  const joinRule = contentText(rules, 'join_rule')
  const restricted =
    (joinRule === 'restricted' && room.rules.restrictedJoins) ||
    (joinRule === 'knock_restricted' && room.rules.knockRestrictedJoins)
  if (!restricted || !Array.isArray(rules?.['allow'])) return undefined
  for (const condition of rules['allow'].slice(0, joinConditionsMax))
    if (await fulfils(context, condition, by)) return inviter(context, room)
  return undefined
}

async function fulfils(context: RoomsContext, condition: unknown, by: Actor): Promise<boolean> {
  if (!isObject(condition) || condition['type'] !== 'm.room_membership') return false
  const allowed = await roomNid(context, stringMember(condition, 'room_id') ?? '')
  return allowed !== undefined && (await context.hotRooms.get(allowed)).membership(by.userNid) === 'join'
}

/** A joined local user whose power level suffices to invite: the creators and those with a level of their own first. */
async function inviter(context: RoomsContext, room: HotRoom): Promise<string | undefined> {
  const levels = powerLevelsOf(room)
  const named = Object.keys(objectMember(room.state('m.room.power_levels')?.content ?? {}, 'users') ?? {})
  for (const user of [...creators(room), ...named])
    if (isLocal(context, user) && levels.of(user) >= levels.invite && (await membershipOf(room, user)) === 'join')
      return user
  for (const nid of room.localJoined) {
    const user = await context.users.userId(nid)
    if (user !== undefined && levels.of(user) >= levels.invite) return user
  }
  return undefined
}

const guestsMayJoin = (room: HotRoom) =>
  contentText(room.state('m.room.guest_access')?.content, 'guest_access') === 'can_join'
