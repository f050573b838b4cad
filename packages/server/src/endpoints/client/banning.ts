// Banning users from a room: https://spec.matrix.org/v1.19/client-server-api/#banning-users-in-a-room
import type * as banning from '@myelin/protocol/client-server/banning'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof banning> = {
  ban: async ({ rooms }, { requester, path, body }) => {
    await rooms.ban(path.roomId, { by: requester, target: body.user_id, reason: body.reason })
    return {}
  },

  unban: async ({ rooms }, { requester, path, body }) => {
    await rooms.unban(path.roomId, { by: requester, target: body.user_id, reason: body.reason })
    return {}
  },
}
