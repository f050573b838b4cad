// Invites by e-mail address or phone number, once somebody turns out to own it: the room's `m.room.third_party_invite`
// becomes an invite of that user, made by the inviter's server.
// https://spec.matrix.org/v1.19/server-server-api/#third-party-invites
import type { JsonObject } from '@myelin/algorithms/json'
import { serverNameOf } from '@myelin/algorithms/user-id'
import { MatrixError } from '@myelin/protocol/errors'
import type { RoomId, UserId } from '@myelin/protocol/identifiers'
import { exchangeThirdPartyInvite as exchange } from '@myelin/protocol/server-server/third_party_invite'
import { boundInvitesMax } from '../federation-limits.ts'
import { contentText, isLocal, type RoomsContext } from './context.ts'
import type { HotRoom } from './hot-room.ts'
import { changeMembership } from './member-event.ts'
import { federationOf } from './read-incoming.ts'
import { remoteInvite } from './remote-invite.ts'
import { isAdmitted, useResidentRoom } from './server-access.ts'

/** That a token belongs to a user, signed by an identity server whose key the room holds. */
export interface SignedInvite {
  readonly mxid: UserId
  readonly token: string
  readonly signatures: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface ThirdPartyInvite {
  readonly roomId: string
  /** Who invited the address. */
  readonly sender: string
  /** The user whose address it is. */
  readonly target: string
  readonly signed: SignedInvite
}

/** The invites an address had when it came to belong to a user of this server: each stands for itself. */
export async function acceptThirdPartyInvites(
  context: RoomsContext,
  invites: readonly ThirdPartyInvite[],
): Promise<void> {
  for (const invite of invites.slice(0, boundInvitesMax))
    try {
      if (isLocal(context, invite.target)) await acceptThirdPartyInvite(context, invite)
    } catch (error) {
      if (!(error instanceof MatrixError) || error.errcode === 'M_UNKNOWN') throw error // it is void, or was used
    }
}

/** Has the server of who invited the address invite the user whose it is. Throws M_FORBIDDEN for an invite that is void. */
export async function acceptThirdPartyInvite(context: RoomsContext, invite: ThirdPartyInvite): Promise<void> {
  const { roomId, sender, target, signed } = invite
  if (isLocal(context, sender)) return useResidentRoom(context, roomId, (room) => inviteOwner(context, room, invite))
  const content = { membership: 'invite', third_party_invite: { display_name: '', signed } }
  const ids = { room_id: roomId as RoomId, sender: sender as UserId, state_key: target as UserId }
  const body = { ...ids, type: 'm.room.member', content }
  await federationOf(context).peers.call(serverNameOf(sender), exchange, { path: { roomId }, body })
}

/** Another server says that a user of its owns an address. Throws M_FORBIDDEN for what nobody of this server invited. */
export function exchangeThirdPartyInvite(
  context: RoomsContext,
  { origin, ...invite }: ThirdPartyInvite & { readonly origin: string },
): Promise<void> {
  return useResidentRoom(context, invite.roomId, async (room) => {
    if (!isAdmitted(room, origin)) throw new MatrixError('M_FORBIDDEN', 'Server is banned from room')
    if (!isLocal(context, invite.sender)) throw new MatrixError('M_FORBIDDEN', 'The inviter is not of this server')
    await inviteOwner(context, room, invite)
  })
}

/** "The content of the m.room.member event … is that of the m.room.third_party_invite"; the rules check the signature. */
async function inviteOwner(
  context: RoomsContext,
  room: HotRoom,
  { sender, target, signed }: ThirdPartyInvite,
): Promise<void> {
  await room.loadState([['m.room.third_party_invite', signed.token]])
  const original = room.state('m.room.third_party_invite', signed.token)
  if (original?.sender !== sender) throw new MatrixError('M_FORBIDDEN', 'The room holds no such third-party invite')
  const by = { userId: sender, userNid: await context.users.intern(sender) }
  const proof: JsonObject = { mxid: signed.mxid, token: signed.token, signatures: signed.signatures }
  const named = { display_name: contentText(original.content, 'display_name') ?? '', signed: proof }
  const content = { membership: 'invite', third_party_invite: named }
  if (!isLocal(context, target)) return void (await remoteInvite(context, room, { by, target, content }))
  await context.hooks.checkInvite(target, sender)
  await changeMembership(context, room, { by, target, membership: 'invite', content: { third_party_invite: named } })
}
