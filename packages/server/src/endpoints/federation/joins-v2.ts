// Joining, second step: https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
import { JsonText } from '@myelin/protocol/handlers'
import type * as joins from '@myelin/protocol/server-server/joins-v2'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof joins> = {
  sendJoinV2: async ({ rooms, config }, { requester, path, body }) => {
    const sent = { ...path, origin: requester.serverName, value: body, membership: 'join' } as const
    const { event, state, authChain, servers } = await rooms.acceptJoin(sent)
    const parts = [
      `"auth_chain":[${authChain.join(',')}]`,
      `"event":${event}`,
      `"members_omitted":false`,
      `"origin":${JSON.stringify(config.serverName)}`,
      `"servers_in_room":${JSON.stringify(servers)}`,
      `"state":[${state.join(',')}]`,
    ]
    return new JsonText(`{${parts.join(',')}}`)
  },
}
