// Events that relate to an event: https://spec.matrix.org/v1.19/client-server-api/#querying-child-events
import type * as relations from '@myelin/protocol/client-server/relations'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof relations> = {
  getRelatingEvents: async ({ rooms }, { requester, path, query }) =>
    new JsonText(await rooms.relations(path.roomId, { by: requester, eventId: path.eventId, ...query })),

  getRelatingEventsWithRelType: async ({ rooms }, { requester, path, query }) => {
    const { roomId, eventId, relType } = path
    return new JsonText(await rooms.relations(roomId, { by: requester, eventId, relType, ...query }))
  },

  getRelatingEventsWithRelTypeAndEventType: async ({ rooms }, { requester, path, query }) => {
    const { roomId, eventId, relType, eventType } = path
    return new JsonText(await rooms.relations(roomId, { by: requester, eventId, relType, type: eventType, ...query }))
  },
}
