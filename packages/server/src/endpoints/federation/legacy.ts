// The first forms of send_join and send_leave, whose answers are pairs with a status code; the keys by the id of one; the
// former path of policy servers.
// https://spec.matrix.org/v1.17/server-server-api/#put_matrixfederationv1send_joinroomideventid
import { JsonText } from '@myelin/protocol/handlers'
import type * as legacy from '@myelin/protocol/server-server/legacy'
import type { Handlers } from '../handlers.ts'
import { handlers as roomPolicy } from './room_policy.ts'
import { handlers as thirdPartyInvite } from './third_party_invite.ts'

export const handlers: Handlers<typeof legacy> = {
  getServerKeyById: async ({ publishedKeys }) => publishedKeys.document() as never,

  sendJoinV1: async ({ rooms, config }, { requester, path, body }) => {
    const asked = { value: body, membership: 'join', mayOmitMembers: false } as const
    const answer = await rooms.acceptJoin({ ...path, origin: requester.serverName, ...asked })
    const origin = JSON.stringify(config.serverName)
    const state = (await Array.fromAsync(answer.state)).join(',')
    const authChain = (await Array.fromAsync(answer.authChain)).join(',')
    return new JsonText(`[200,{"auth_chain":[${authChain}],"origin":${origin},"state":[${state}]}]`)
  },

  sendLeaveV1: async ({ rooms }, { requester, path, body }) => {
    await rooms.acceptLeave({ ...path, origin: requester.serverName, value: body, membership: 'leave' })
    return [200, {}]
  },

  postThirdPartyIdentifierBound: thirdPartyInvite.onBindThirdPartyIdentifier,

  askPolicyServerToSignMsc4284: roomPolicy.askPolicyServerToSign,
}
