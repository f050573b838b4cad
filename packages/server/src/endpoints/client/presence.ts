// Presence: https://spec.matrix.org/v1.19/client-server-api/#presence
import type * as presence from '@myelin/protocol/client-server/presence'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof presence> = {
  setPresence: async ({ ephemeral }, { requester, path, body }) => {
    await ephemeral.setPresence(requester, path.userId, { presence: body.presence, statusMsg: body.status_msg })
    return {}
  },

  getPresence: ({ ephemeral }, { requester, path }) => ephemeral.getPresence(requester, path.userId),
}
