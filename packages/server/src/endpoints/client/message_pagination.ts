// Paging through a room's history: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages
import type * as messagePagination from '@myelin/protocol/client-server/message_pagination'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof messagePagination> = {
  getRoomEvents: async ({ rooms }, { requester, path, query }) =>
    new JsonText(await rooms.messages(path.roomId, { by: requester, ...query })),
}
