// Logging out: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3logout
import type * as logout from '@myelin/protocol/client-server/logout'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof logout> = {
  logout: async ({ accounts }, { requester }) => {
    await accounts.logout(requester)
    return {}
  },

  logout_all: async ({ accounts }, { requester }) => {
    await accounts.logoutAll(requester)
    return {}
  },
}
