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
import { leaveIfRejected } from './remote-leave.ts'
import { keepJoinIntent, removeJoinIntent, type SentJoin } from '../store/joins.ts'
import { residentServers } from './resident-servers.ts'
import { acceptThirdPartyInvite, type SignedInvite } from './third-party-invite.ts'
import { vouchedJoin } from './vouched-join.ts'
import { roomNid } from './room-ids.ts'

export interface JoinOptions {
  readonly by: Actor
  /** Servers that may be in the room, for a room that this one is not in. */
  readonly servers?: readonly string[] | undefined
  readonly reason?: string | undefined
  /** What an identity server signed, with who invited the address: it must be that of an invite in the room. */
  readonly invite?: (SignedInvite & { readonly sender: string }) | undefined
  /** How often this was begun before and cut short by a stop of the server. */
  readonly attempts?: number
  /** The join that was sent then. */
  readonly sent?: SentJoin | undefined
}

/**
 * Joins a room given by id or alias; resolves with its id. Joining a room one is in changes nothing.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3joinroomidoralias
 */
export async function join(context: RoomsContext, roomIdOrAlias: string, options: JoinOptions): Promise<string> {
  const { by, reason } = options
  const { roomId, servers } = await routeTo(context, roomIdOrAlias, options.servers)
  if (options.invite && !(await isJoined(context, roomId, by))) {
    const { sender, ...signed } = options.invite
    await acceptThirdPartyInvite(context, { roomId, sender, target: by.userId, signed })
  }
  if (context.federation && (await joinThroughOthers(context, roomId, { ...options, servers }))) return roomId
  const joinIt = async (room: HotRoom) => {
    const membership = await membershipOf(room, by.userId)
    if (membership === 'join') return
    requireGuestAccess(room, by)
    const { voucher, isRestricted } = await authorisingUser(context, room, by)
    const needsOther = isRestricted && membership !== 'invite' && voucher === undefined
    if (needsOther && context.federation) {
      const said = await profileContent(context, by.userId, reason)
      if (await vouchedJoin(context, room, { userId: by.userId, content: said })) return
    }
    const content =
      voucher === undefined || membership === 'invite' ? {} : { join_authorised_via_users_server: voucher }
    await changeMembership(context, room, { by, target: by.userId, membership: 'join', reason, content })
  }
  const one = (room: HotRoom) => oneAtATime(context, room, { userId: by.userId, work: () => joinIt(room) })
  await useRoom(context, roomId, one, { unknownRoom: 'M_NOT_FOUND' })
  return roomId
}

async function isJoined(context: RoomsContext, roomId: string, { userNid }: Actor): Promise<boolean> {
  const nid = await roomNid(context, roomId)
  return nid !== undefined && (await context.hotRooms.get(nid)).membership(userNid) === 'join'
}

/** Joins through other servers if this one is not in the room and others may be; false when it is a room of this server. */
function joinThroughOthers(
  context: RoomsContext,
  roomId: string,
  { by, reason, servers, attempts = 0, sent }: JoinOptions,
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
        remoteJoin(context, { by, roomId, servers: residents, content, job, sent }),
      )
      return true
    } catch (error) {
      // What a stop of the server cuts short is taken up again at its next start.
      const isVerdict = error instanceof MatrixError && !context.joins.isStopping
      if (isVerdict) await context.store.write((w) => removeJoinIntent(w, intent))
      if (isVerdict) await leaveIfRejected(context, roomId, by)
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
  if (!restricted) return { isRestricted: false, isAllowed: false, voucher: undefined }
  let isAllowed: boolean | undefined = false
  const conditions: unknown = rules?.['allow']
  for (const condition of Array.isArray(conditions) ? conditions.slice(0, joinConditionsMax) : []) {
    const fulfilled = await fulfils(context, condition, by)
    if (fulfilled === true) return { isRestricted: true, isAllowed: true, voucher: await inviter(context, room) }
    if (fulfilled === undefined) isAllowed = undefined
  }
  return { isRestricted: true, isAllowed, voucher: undefined }
}

export interface Authorisation {
  readonly isRestricted: boolean
  /** The user fulfils a condition of the join rule; undefined where this server cannot tell. */
  readonly isAllowed: boolean | undefined
  /** The local user who lets the joining one in, if one can. */
  readonly voucher: string | undefined
}

/** Undefined where this server cannot tell: it is not in the room the condition names, or does not know its members. */
async function fulfils(context: RoomsContext, condition: unknown, by: Actor): Promise<boolean | undefined> {
  if (!isObject(condition) || condition['type'] !== 'm.room_membership') return false
  const allowed = await roomNid(context, stringMember(condition, 'room_id') ?? '')
  const room = allowed === undefined ? undefined : await context.hotRooms.get(allowed)
  if (room && room.localJoined.size > 0 && room.membership(by.userNid) === 'join') return true
  return room && room.localJoined.size > 0 && !room.partial ? false : undefined
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
