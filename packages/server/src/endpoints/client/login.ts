// Logging in: https://spec.matrix.org/v1.19/client-server-api/#login
import type * as login from '@myelin/protocol/client-server/login'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof login> = {
  getLoginFlows: async ({ accounts }) => ({ flows: accounts.loginFlows }),

  login: ({ accounts }, { body, headers, address }) =>
    accounts.login(body, { address, userAgent: headers['user-agent'] }),
}
