// Third-party invites: https://spec.matrix.org/v1.19/server-server-api/#third-party-invites
import { MatrixError } from '@myelin/protocol/errors'
import type * as thirdPartyInvite from '@myelin/protocol/server-server/third_party_invite'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof thirdPartyInvite> = {
  exchangeThirdPartyInvite: async ({ rooms }, { requester, path, body }) => {
    if (body.type !== 'm.room.member' || body.content.membership !== 'invite' || body.room_id !== path.roomId)
      throw new MatrixError('M_INVALID_PARAM', 'This is no third-party invite')
    const { sender, state_key: target, content } = body
    const { signed } = content.third_party_invite
    const invite = { roomId: path.roomId, sender, target, signed, origin: requester.serverName }
    await rooms.exchangeThirdPartyInvite(invite)
    return {}
  },

  onBindThirdPartyIdentifier: async ({ rooms }, { body }) => {
    const invites = body.invites.map(({ room_id: roomId, sender, signed }) => ({
      roomId,
      sender,
      target: body.mxid,
      signed,
    }))
    await rooms.acceptThirdPartyInvites(invites)
    return {}
  },
}
