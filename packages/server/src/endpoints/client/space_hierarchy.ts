// Spaces: https://spec.matrix.org/v1.19/client-server-api/#spaces
import type * as spaceHierarchy from '@myelin/protocol/client-server/space_hierarchy'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof spaceHierarchy> = {
  getSpaceHierarchy: async ({ rooms }, { requester, path, query }) => {
    const { limit, from, max_depth: maxDepth, suggested_only: suggestedOnly = false } = query
    const asked = { by: requester, limit, from, maxDepth, suggestedOnly }
    return new JsonText(JSON.stringify(await rooms.spaceHierarchy(path.roomId, asked)))
  },
}
