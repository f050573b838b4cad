// Messages to devices: https://spec.matrix.org/v1.19/client-server-api/#send-to-device-messaging
import type * as toDevice from '@myelin/protocol/client-server/to_device'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof toDevice> = {
  sendToDevice: async ({ encryption }, { requester, path, body }) => {
    const request = { type: path.eventType, transactionId: path.txnId, messages: body.messages }
    await encryption.sendToDevice(requester, request)
    return {}
  },
}
