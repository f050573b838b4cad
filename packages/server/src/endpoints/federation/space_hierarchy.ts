// Spaces, for other servers: https://spec.matrix.org/v1.19/server-server-api/#spaces
import { JsonText } from '@myelin/protocol/handlers'
import type * as spaceHierarchy from '@myelin/protocol/server-server/space_hierarchy'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof spaceHierarchy> = {
  getSpaceHierarchy: async ({ rooms }, { requester, path, query }) => {
    const asked = { roomId: path.roomId, origin: requester.serverName, suggestedOnly: query.suggested_only ?? false }
    return new JsonText(JSON.stringify(await rooms.spaceForServer(asked)))
  },
}
