// Joining, second step: https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
import type * as joins from '@myelin/protocol/server-server/joins-v2'
import type { Handlers } from '../handlers.ts'
import { streamedJson } from '../streamed-json.ts'

export const handlers: Handlers<typeof joins> = {
  sendJoinV2: async ({ rooms, config }, { requester, path, query, body }) => {
    const asked = { value: body, membership: 'join', mayOmitMembers: query.omit_members === true } as const
    const answer = await rooms.acceptJoin({ ...path, origin: requester.serverName, ...asked })
    const { event, areMembersOmitted, servers, state, authChain } = answer
    return streamedJson([
      ['event', event],
      ['members_omitted', String(areMembersOmitted)],
      ['origin', JSON.stringify(config.serverName)],
      ['servers_in_room', JSON.stringify(servers)],
      ['state', state],
      ['auth_chain', authChain],
    ])
  },
}
