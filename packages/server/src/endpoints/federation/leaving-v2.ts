// Leaving, second step: https://spec.matrix.org/v1.19/server-server-api/#leaving-rooms-rejecting-invites
import type * as leaving from '@myelin/protocol/server-server/leaving-v2'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof leaving> = {
  sendLeaveV2: async ({ rooms }, { requester, path, body }) => {
    await rooms.acceptLeave({ ...path, origin: requester.serverName, value: body, membership: 'leave' })
    return {}
  },
}
