// m.room.third_party_invite, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomthird_party_invite
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { event } from './event.ts'

/** An invite by a third-party identifier; the state key is its token. */
export const RoomThirdPartyInviteContent = Type.Object({
  display_name: Type.String(),
  key_validity_url: Type.String(),
  public_key: Type.String(),
  public_keys: Type.Optional(
    Type.Array(Type.Object({ key_validity_url: Type.Optional(Type.String()), public_key: Type.String() })),
  ),
})
export type RoomThirdPartyInviteContent = Static<typeof RoomThirdPartyInviteContent>

/** m.room.third_party_invite. */
export const roomThirdPartyInvite = event({
  type: 'm.room.third_party_invite',
  kind: 'state',
  content: RoomThirdPartyInviteContent,
})
