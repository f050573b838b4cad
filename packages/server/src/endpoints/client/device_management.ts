// Devices: https://spec.matrix.org/v1.19/client-server-api/#device-management
import type * as deviceManagement from '@myelin/protocol/client-server/device_management'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof deviceManagement> = {
  getDevices: async ({ accounts }, { requester }) => ({ devices: await accounts.devices.list(requester) }),

  getDevice: ({ accounts }, { requester, path }) => accounts.devices.get(requester, path.deviceId),

  updateDevice: async ({ accounts }, { requester, path, body }) => {
    await accounts.devices.update(requester, path.deviceId, body.display_name)
    return {}
  },

  deleteDevice: async ({ accounts }, { requester, path, body }) => {
    await accounts.devices.delete(requester, [path.deviceId], body.auth)
    return {}
  },

  deleteDevices: async ({ accounts }, { requester, body }) => {
    await accounts.devices.delete(requester, body.devices, body.auth)
    return {}
  },
}
