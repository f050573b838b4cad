// Pushers: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3pushers
import type * as pusher from '@myelin/protocol/client-server/pusher'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof pusher> = {
  getPushers: async ({ push }, { requester }) => ({ pushers: await push.pushers(requester.userNid) }),

  postPusher: async ({ push }, { requester, body }) => {
    await push.setPusher(requester, body)
    return {}
  },
}
