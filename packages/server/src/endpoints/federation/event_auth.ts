// What authorises an event: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1event_authroomideventid
import { JsonText } from '@myelin/protocol/handlers'
import type * as eventAuth from '@myelin/protocol/server-server/event_auth'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof eventAuth> = {
  getEventAuth: async ({ rooms }, { requester, path }) => {
    const chain = await rooms.eventAuth({ ...path, origin: requester.serverName })
    return new JsonText(`{"auth_chain":[${chain.join(',')}]}`)
  },
}
