// The threads of a room: https://spec.matrix.org/v1.19/client-server-api/#querying-threads-in-a-room
import type * as threadsList from '@myelin/protocol/client-server/threads_list'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof threadsList> = {
  getThreadRoots: async ({ rooms }, { requester, path, query }) =>
    new JsonText(await rooms.threads(path.roomId, { by: requester, ...query })),
}
