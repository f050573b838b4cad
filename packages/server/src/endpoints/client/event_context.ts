// The events around an event: https://spec.matrix.org/v1.19/client-server-api/#event-context
import type * as eventContext from '@myelin/protocol/client-server/event_context'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof eventContext> = {
  getEventContext: async ({ rooms }, { requester, path, query }) =>
    new JsonText(await rooms.eventContext(path.roomId, { by: requester, eventId: path.eventId, ...query })),
}
