// Removing users from a room: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidkick
import type * as kicking from '@myelin/protocol/client-server/kicking'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof kicking> = {
  kick: async ({ rooms }, { requester, path, body }) => {
    await rooms.kick(path.roomId, { by: requester, target: body.user_id, reason: body.reason })
    return {}
  },
}
