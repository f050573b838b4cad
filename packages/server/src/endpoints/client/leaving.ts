// Leaving and forgetting rooms: https://spec.matrix.org/v1.19/client-server-api/#leaving-rooms
import type * as leaving from '@myelin/protocol/client-server/leaving'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof leaving> = {
  leaveRoom: async ({ rooms }, { requester, path, body }) => {
    await rooms.leave(path.roomId, { by: requester, reason: body.reason })
    return {}
  },

  forgetRoom: async ({ rooms }, { requester, path }) => {
    await rooms.forget(path.roomId, { by: requester })
    return {}
  },
}
