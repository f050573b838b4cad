// Account data: https://spec.matrix.org/v1.19/client-server-api/#client-config
import type * as accountData from '@myelin/protocol/client-server/account-data'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof accountData> = {
  getAccountData: async ({ accounts }, { requester, path }) =>
    new JsonText(await accounts.accountData.get({ requester, ...path })),

  setAccountData: async ({ accounts }, { requester, path, body }) => {
    await accounts.accountData.put({ requester, ...path }, body)
    return {}
  },

  getAccountDataPerRoom: async ({ accounts }, { requester, path }) =>
    new JsonText(await accounts.accountData.get({ requester, ...path })),

  setAccountDataPerRoom: async ({ accounts }, { requester, path, body }) => {
    await accounts.accountData.put({ requester, ...path }, body)
    return {}
  },
}
