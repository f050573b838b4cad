// Templates of membership events for users of other servers, who complete and sign them: make_join, make_leave, make_knock.
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import { authKeys, buildTemplate, type Draft } from './build.ts'
import { contentText, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { authorisingUser } from './join.ts'
import { membershipOf } from './member-event.ts'
import { requireWholeState } from './partial-state.ts'
import { type ServerRoom, useResidentRoom } from './server-access.ts'

export type HandshakeMembership = 'join' | 'leave' | 'knock'

export interface TemplateRequest extends ServerRoom {
  readonly userId: string
  readonly membership: HandshakeMembership
  /** Room versions the asking server knows; undefined where it does not say. */
  readonly versions?: readonly string[] | undefined
}

export interface Template {
  readonly room_version: string
  /** Event in federation format without hashes and signatures. */
  readonly event: Record<string, unknown>
}

/**
 * The template of a membership event. Throws M_FORBIDDEN, M_INCOMPATIBLE_ROOM_VERSION, M_UNABLE_TO_AUTHORISE_JOIN.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1make_joinroomiduserid
 */
export function makeMembership(context: RoomsContext, asked: TemplateRequest): Promise<Template> {
  const { roomId, userId, membership, versions } = asked
  if (serverNameOf(userId) !== asked.origin) throw new MatrixError('M_FORBIDDEN', 'The user is not of your server')
  return useResidentRoom(context, roomId, async (room) => {
    requireWholeState(room)
    const { id } = room.rules
    if (versions && !versions.includes(id))
      throw new MatrixError('M_INCOMPATIBLE_ROOM_VERSION', `Your server does not support rooms of version ${id}`, {
        fields: { room_version: id },
      })
    const by = { userId, userNid: await context.users.intern(userId) }
    const voucher = membership === 'join' ? await voucherFor(context, room, by) : undefined
    const content = { membership, ...(voucher === undefined ? {} : { join_authorised_via_users_server: voucher }) }
    const draft: Draft = { by, type: 'm.room.member', stateKey: userId, content }
    await room.loadState(authKeys(draft, room.rules))
    return { room_version: id, event: { ...buildTemplate(context, room, draft), origin: context.serverName } }
  })
}

/** For restricted rooms, the local user who lets the joining one in; undefined where nobody is needed. */
async function voucherFor(context: RoomsContext, room: HotRoom, by: Draft['by']): Promise<string | undefined> {
  const membership = await membershipOf(room, by.userId)
  const joinRule = contentText(room.state('m.room.join_rules')?.content, 'join_rule')
  if (membership === 'invite' || membership === 'join' || !isRestricted(room, joinRule)) return undefined
  const { isAllowed, voucher } = await authorisingUser(context, room, by)
  requireAllowed(isAllowed)
  if (voucher === undefined) throw unableToGrant()
  return voucher
}

/** Throws M_FORBIDDEN for a user who fulfils no condition of the join rule, M_UNABLE_TO_AUTHORISE_JOIN where that is unknown. */
export function requireAllowed(isAllowed: boolean | undefined): void {
  if (isAllowed === undefined)
    throw new MatrixError('M_UNABLE_TO_AUTHORISE_JOIN', 'This server cannot tell whether the user may join')
  if (!isAllowed) throw new MatrixError('M_FORBIDDEN', 'The user fulfils no condition of the join rule')
}

export const unableToGrant = (): MatrixError =>
  new MatrixError('M_UNABLE_TO_GRANT_JOIN', 'Nobody on this server may let the user in')

const isRestricted = ({ rules }: HotRoom, joinRule: string | undefined) =>
  (joinRule === 'restricted' && rules.restrictedJoins) ||
  (joinRule === 'knock_restricted' && rules.knockRestrictedJoins)
