// The first forms of send_join and send_leave, whose answers are pairs with a status code; the keys by the id of one.
// https://spec.matrix.org/v1.17/server-server-api/#put_matrixfederationv1send_joinroomideventid
import { JsonText } from '@myelin/protocol/handlers'
import type { getServerKeyById, sendJoinV1, sendLeaveV1 } from '@myelin/protocol/server-server/legacy'
import type { Handlers } from '../handlers.ts'

interface Group {
  readonly getServerKeyById: typeof getServerKeyById
  readonly sendJoinV1: typeof sendJoinV1
  readonly sendLeaveV1: typeof sendLeaveV1
}

export const handlers: Handlers<Group> = {
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
}
