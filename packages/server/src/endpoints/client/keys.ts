// Device keys and one-time keys: https://spec.matrix.org/v1.19/client-server-api/#key-management-api
import { JsonText } from '@myelin/protocol/handlers'
import type * as keys from '@myelin/protocol/client-server/keys'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof keys> = {
  uploadKeys: async ({ encryption }, { requester, body }) => ({
    one_time_key_counts: await encryption.uploadKeys(requester, body),
  }),

  queryKeys: async ({ encryption }, { requester, body }) =>
    new JsonText(await encryption.queryKeys(requester, { queried: body.device_keys, timeoutMs: body.timeout })),

  claimKeys: async ({ encryption }, { body }) =>
    new JsonText(await encryption.claimKeys({ claims: body.one_time_keys, timeoutMs: body.timeout })),

  getKeysChanges: async ({ sync }, { requester, query }) => new JsonText(await sync.keysChanges(requester, query)),
}
