// m.room.member, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroommember
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { UserId } from '../identifiers.ts'
import { SignedThirdPartyInvite } from './components/signed_third_party_invite.ts'
import { event } from './event.ts'

/** The membership of the user who is the state key. */
export const RoomMemberContent = Type.Object({
  avatar_url: Type.Optional(Type.String()),
  displayname: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  membership: Type.Union([
    Type.Literal('invite'),
    Type.Literal('join'),
    Type.Literal('knock'),
    Type.Literal('leave'),
    Type.Literal('ban'),
  ]),
  is_direct: Type.Optional(Type.Boolean()),
  join_authorised_via_users_server: Type.Optional(UserId),
  reason: Type.Optional(Type.String()),
  third_party_invite: Type.Optional(Type.Object({ display_name: Type.String(), signed: SignedThirdPartyInvite })),
})
export type RoomMemberContent = Static<typeof RoomMemberContent>

/** m.room.member. */
export const roomMember = event({
  type: 'm.room.member',
  kind: 'state',
  stateKey: 'userId',
  content: RoomMemberContent,
})
