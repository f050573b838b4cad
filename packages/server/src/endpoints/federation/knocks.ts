// Knocking: https://spec.matrix.org/v1.19/server-server-api/#knocking-upon-a-room
import { JsonText } from '@myelin/protocol/handlers'
import type * as knocks from '@myelin/protocol/server-server/knocks'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof knocks> = {
  makeKnock: async ({ rooms }, { requester, path, query }) => {
    const asked = { ...path, origin: requester.serverName, versions: query.ver, membership: 'knock' } as const
    return new JsonText(JSON.stringify(await rooms.makeMembership(asked)))
  },

  sendKnock: async ({ rooms }, { requester, path, body }) => {
    const sent = { ...path, origin: requester.serverName, value: body, membership: 'knock' } as const
    return new JsonText(`{"knock_room_state":[${(await rooms.acceptKnock(sent)).join(',')}]}`)
  },
}
