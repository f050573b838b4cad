// Devices of this server's users, for others: https://spec.matrix.org/v1.19/server-server-api/#device-management
import { JsonText } from '@myelin/protocol/handlers'
import type * as userDevices from '@myelin/protocol/server-server/user_devices'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof userDevices> = {
  getUserDevices: async ({ encryption }, { path }) =>
    new JsonText(JSON.stringify(await encryption.ownDevices(path.userId))),
}
