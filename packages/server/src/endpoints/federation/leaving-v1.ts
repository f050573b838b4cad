// Leaving, first step: https://spec.matrix.org/v1.19/server-server-api/#leaving-rooms-rejecting-invites
import { JsonText } from '@myelin/protocol/handlers'
import type * as leaving from '@myelin/protocol/server-server/leaving-v1'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof leaving> = {
  makeLeave: async ({ rooms }, { requester, path }) => {
    const asked = { ...path, origin: requester.serverName, membership: 'leave' } as const
    return new JsonText(JSON.stringify(await rooms.makeMembership(asked)))
  },
}
