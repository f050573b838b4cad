// Registration: https://spec.matrix.org/v1.19/client-server-api/#account-registration
import type * as registration from '@myelin/protocol/client-server/registration'
import { MatrixError } from '@myelin/protocol/errors'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof registration> = {
  register: ({ accounts }, { query, body, headers, address }) =>
    accounts.register({ ...body, kind: query.kind, origin: { address, userAgent: headers['user-agent'] } }),

  requestTokenToRegisterEmail: async () => {
    throw new MatrixError('M_THREEPID_DENIED', 'This server sends no mail')
  },

  requestTokenToRegisterMSISDN: async () => {
    throw new MatrixError('M_THREEPID_DENIED', 'This server sends no text messages')
  },

  checkUsernameAvailability: async ({ accounts }, { query }) => {
    await accounts.requireAvailable(query.username)
    return { available: true }
  },
}
