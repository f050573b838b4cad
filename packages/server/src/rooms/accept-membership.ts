// The resident server's part when a user of another server joins, leaves or knocks: takes the completed event in, and
// passes it on to the servers in the room.
import { authorisingUser as vouching } from '@myelin/algorithms/event-signers'
import { isObject } from '@myelin/algorithms/json'
import { addEventSignature } from '@myelin/algorithms/signatures'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import { membersOmittedMin } from '../federation-limits.ts'
import type { IncomingEvent } from './admit-write.ts'
import { citedIds } from './auth-chain.ts'
import { isLocal, type RoomsContext } from './context.ts'
import { rootBeforeEvent } from './dag-state.ts'
import type { HotRoom } from './hot-room.ts'
import { authorisingUser } from './join.ts'
import { type HandshakeMembership, requireAllowed, unableToGrant } from './make-membership.ts'
import { membershipOf } from './member-event.ts'
import { requireWholeState } from './partial-state.ts'
import { powerLevelsOf } from './power.ts'
import { parseIncoming, readIncoming } from './read-incoming.ts'
import { recover } from './recover.ts'
import type { RoomEvent } from './room-event.ts'
import { type ServerRoom, useResidentRoom } from './server-access.ts'
import { nidsOf, nidsWithoutMembers, streamState, type StreamedState } from './stream-state.ts'
import { describedBy } from './stripped-state.ts'

export interface MembershipSent extends ServerRoom {
  readonly eventId: string
  readonly value: unknown
  readonly membership: HandshakeMembership
}

export interface JoinSent extends MembershipSent {
  /** Members may be left out of the state. */
  readonly mayOmitMembers: boolean
}

/** What a joining server is given, as JSON texts. */
export interface JoinAnswer extends StreamedState {
  readonly event: string
  readonly areMembersOmitted: boolean
  readonly servers: readonly string[]
}

/** Takes a join in. https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2send_joinroomideventid */
export function acceptJoin(context: RoomsContext, sent: JoinSent): Promise<JoinAnswer> {
  return useResidentRoom(context, sent.roomId, async (room) => {
    const servers = [...room.hosts.keys()]
    const event = await accept(context, room, sent)
    const root = await rootBeforeEvent(context, room, event)
    const areMembersOmitted = sent.mayOmitMembers && room.joinedCount >= membersOmittedMin
    const nids = areMembersOmitted ? await nidsWithoutMembers(room, root) : nidsOf(room, root)
    const given = streamState(context, room, { nids, cited: citedIds(event.json) })
    return { ...given, event: event.json, areMembersOmitted, servers }
  })
}

/** Takes a leave in. https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv2send_leaveroomideventid */
export async function acceptLeave(context: RoomsContext, sent: MembershipSent): Promise<void> {
  await useResidentRoom(context, sent.roomId, (room) => accept(context, room, sent))
}

/** Takes a knock in; resolves with what describes the room. https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv1send_knockroomideventid */
export function acceptKnock(context: RoomsContext, sent: MembershipSent): Promise<string[]> {
  return useResidentRoom(context, sent.roomId, async (room) => {
    const event = await accept(context, room, sent)
    return describedBy(room, event.sender)
  })
}

async function accept(context: RoomsContext, room: HotRoom, sent: MembershipSent): Promise<RoomEvent> {
  requireWholeState(room)
  const incoming = parseIncoming(sent.value, room.rules)
  const { pdu, eventId } = incoming
  const isExpected =
    eventId === sent.eventId &&
    pdu.type === 'm.room.member' &&
    pdu.state_key === pdu.sender &&
    serverNameOf(pdu.sender) === sent.origin &&
    pdu.content['membership'] === sent.membership
  if (!isExpected) throw new MatrixError('M_INVALID_PARAM', `This is not the ${sent.membership} event it is said to be`)
  const value = await vouchedFor(context, room, { incoming, value: sent.value })
  const checked = await readIncoming(context, value, room.rules)
  const { event, durable } = await recover(context, room, { incoming: checked, origin: sent.origin, mode: 'resident' })
  await durable
  return event
}

/**
 * A join that a local user is to vouch for gets this server's signature: as the key of its content asks for, though nobody need
 * vouch for who is invited, or where everybody may join.
 */
async function vouchedFor(
  context: RoomsContext,
  room: HotRoom,
  { incoming, value }: { readonly incoming: IncomingEvent; readonly value: unknown },
): Promise<unknown> {
  const { pdu } = incoming
  const voucher = vouching(pdu, room.rules)
  if (voucher === undefined || !isLocal(context, voucher) || !isObject(value)) return value
  const membership = await membershipOf(room, pdu.sender)
  if (membership !== 'invite' && membership !== 'join') await requireVouching(context, room, { pdu, voucher })
  return addEventSignature(value, room.rules, { serverName: context.serverName, key: context.signingKey })
}

/** Throws what is in the way of a join into a restricted room. */
async function requireVouching(
  context: RoomsContext,
  room: HotRoom,
  { pdu, voucher }: { readonly pdu: IncomingEvent['pdu']; readonly voucher: string },
): Promise<void> {
  const by = { userId: pdu.sender, userNid: await context.users.intern(pdu.sender) }
  const { isRestricted, isAllowed } = await authorisingUser(context, room, by)
  if (!isRestricted) return
  requireAllowed(isAllowed)
  const levels = powerLevelsOf(room)
  if (levels.of(voucher) < levels.invite || (await membershipOf(room, voucher)) !== 'join') throw unableToGrant()
}
