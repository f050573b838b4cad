// Whose access token it is: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3accountwhoami
import type * as whoami from '@myelin/protocol/client-server/whoami'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof whoami> = {
  getTokenOwner: async (_services, { requester }) => ({
    user_id: requester.userId,
    device_id: requester.deviceId,
    is_guest: requester.isGuest,
  }),
}
