// Joining, first step: https://spec.matrix.org/v1.19/server-server-api/#joining-rooms
import { JsonText } from '@myelin/protocol/handlers'
import type * as joins from '@myelin/protocol/server-server/joins-v1'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof joins> = {
  makeJoin: async ({ rooms }, { requester, path, query }) => {
    // "Defaults to [1] if not present"
    const asked = { ...path, origin: requester.serverName, versions: query.ver ?? ['1'], membership: 'join' } as const
    return new JsonText(JSON.stringify(await rooms.makeMembership(asked)))
  },
}
