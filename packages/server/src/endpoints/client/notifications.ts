// Listing notifications: https://spec.matrix.org/v1.19/client-server-api/#listing-notifications
import type * as notifications from '@myelin/protocol/client-server/notifications'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof notifications> = {
  getNotifications: async ({ sync }, { requester, query }) => new JsonText(await sync.notifications(requester, query)),
}
