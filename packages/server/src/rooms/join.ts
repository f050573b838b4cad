// Joining a room: by invite, public or restricted join rules.
import { isObject, objectMember, stringMember } from '@myelin/algorithms/json'
import { MatrixError } from '@myelin/protocol/errors'
import { joinConditionsMax } from '../limits.ts'
import { useRoom } from './access.ts'
import { routeTo } from './aliases.ts'
import { type Actor, contentText, isLocal, type RoomsContext } from './context.ts'
import { requireGuestAccess } from './guests.ts'
import type { HotRoom } from './hot-room.ts'
import { changeMembership, membershipOf, oneAtATime, profileContent } from './member-event.ts'
import { creators, powerLevelsOf } from './power.ts'
import { remoteJoin } from './remote-join.ts'
import { keepJoinIntent, removeJoinIntent } from '../store/joins.ts'
import { residentServers } from './resident-servers.ts'
import { roomNid } from './room-ids.ts'

export interface JoinOptions {
  readonly by: Actor
  /** Servers that may be in the room, for a room that this one is not in. */
  readonly servers?: readonly string[] | undefined
  readonly reason?: string | undefined
  /** How often this was begun before and cut short by a stop of the server. */
  readonly attempts?: number
}

/**
 * Joins a room given by id or alias; resolves with its id. Joining a room one is in changes nothing.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3joinroomidoralias
 */
export async function join(context: RoomsContext, roomIdOrAlias: string, options: JoinOptions): Promise<string> {
  const { by, reason } = options
  const { roomId, servers } = await routeTo(context, roomIdOrAlias, options.servers)
  if (context.federation && (await joinThroughOthers(context, roomId, { ...options, servers }))) return roomId
  const joinIt = async (room: HotRoom) => {
    const membership = await membershipOf(room, by.userId)
    if (membership === 'join') return
    requireGuestAccess(room, by)
    const voucher = membership === 'invite' ? undefined : (await authorisingUser(context, room, by)).voucher
    const content = voucher === undefined ? {} : { join_authorised_via_users_server: voucher }
    await changeMembership(context, room, { by, target: by.userId, membership: 'join', reason, content })
  }
  const one = (room: HotRoom) => oneAtATime(context, room, { userId: by.userId, work: () => joinIt(room) })
  await useRoom(context, roomId, one, { unknownRoom: 'M_NOT_FOUND' })
  return roomId
}

/** Joins through other servers if this one is not in the room and others may be; false when it is a room of this server. */
function joinThroughOthers(
  context: RoomsContext,
  roomId: string,
  { by, reason, servers, attempts = 0 }: JoinOptions,
): Promise<boolean> {
  return context.mutex.run(`enter ${roomId}`, async () => {
    const residents = await residentServers(context, roomId, { by, servers })
    if (residents.length === 0) return false
    if (by.isGuest) throw new MatrixError('M_GUEST_ACCESS_FORBIDDEN', 'Guests may not join rooms of other servers')
    const intent = { roomId, userId: by.userId, servers: residents, reason, attempts }
    await context.store.write((w) => keepJoinIntent(w, intent))
    try {
      const content = await profileContent(context, by.userId, reason)
      const startedTs = context.environment.now()
      await context.joins.run({ roomId, userId: by.userId, startedTs, phase: 'asking' }, (job) =>
        remoteJoin(context, { by, roomId, servers: residents, content, job }),
      )
      return true
    } catch (error) {
      // What a stop of the server cuts short is taken up again at its next start.
      const isVerdict = error instanceof MatrixError && !context.joins.isStopping
      if (isVerdict) await context.store.write((w) => removeJoinIntent(w, intent))
      throw error
    }
  })
}

/**
 * For restricted rooms: a joined local user who may invite, if `by` fulfils a condition of the join rule.
 * https://spec.matrix.org/v1.19/client-server-api/#restricted-rooms
 */
export async function authorisingUser(context: RoomsContext, room: HotRoom, by: Actor): Promise<Authorisation> {
  const rules = room.state('m.room.join_rules')?.content
  const joinRule = contentText(rules, 'join_rule')
  const restricted =
    (joinRule === 'restricted' && room.rules.restrictedJoins) ||
    (joinRule === 'knock_restricted' && room.rules.knockRestrictedJoins)
  if (!restricted || !Array.isArray(rules?.['allow'])) return { isAllowed: false, voucher: undefined }
  for (const condition of rules['allow'].slice(0, joinConditionsMax))
    if (await fulfils(context, condition, by)) return { isAllowed: true, voucher: await inviter(context, room) }
  return { isAllowed: false, voucher: undefined }
}

export interface Authorisation {
  /** The user fulfils a condition of the join rule. */
  readonly isAllowed: boolean
  /** The local user who lets the joining one in, if one can. */
  readonly voucher: string | undefined
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
