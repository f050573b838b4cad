// This server as a policy server: https://spec.matrix.org/v1.19/server-server-api/#post_matrixpolicyv1sign
import type * as roomPolicy from '@myelin/protocol/server-server/room_policy'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof roomPolicy> = {
  askPolicyServerToSign: ({ rooms }, { requester, body }) =>
    rooms.recommendForServer({ origin: requester.serverName, value: body }),
}
