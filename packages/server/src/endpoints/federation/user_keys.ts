// Keys of this server's users, for others: https://spec.matrix.org/v1.19/server-server-api/#end-to-end-encryption
import { JsonText } from '@myelin/protocol/handlers'
import type * as userKeys from '@myelin/protocol/server-server/user_keys'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof userKeys> = {
  queryUserEncryptionKeys: async ({ encryption }, { body }) =>
    new JsonText(await encryption.queryOwnKeys(body.device_keys)),
  claimUserEncryptionKeys: async ({ encryption }, { body }) =>
    new JsonText(await encryption.claimOwnKeys(body.one_time_keys)),
}
