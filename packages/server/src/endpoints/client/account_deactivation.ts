// Deactivation: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountdeactivate
import type * as accountDeactivation from '@myelin/protocol/client-server/account_deactivation'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof accountDeactivation> = {
  deactivateAccount: async ({ accounts }, { requester, body }) => {
    await accounts.deactivate({ requester, auth: body.auth, erase: body.erase ?? false })
    return { id_server_unbind_result: 'no-support' }
  },
}
