// Registration with a shared secret. https://element-hq.github.io/synapse/latest/admin_api/register_api.html
import type * as register from '@myelin/protocol/synapse-admin/register'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof register> = {
  getRegistrationNonce: async ({ accounts }) => ({ nonce: accounts.sharedSecret.nonce() }),

  registerWithSharedSecret: ({ accounts }, { body, headers, address }) =>
    accounts.sharedSecret.register(body, { address, userAgent: headers['user-agent'] }),
}
