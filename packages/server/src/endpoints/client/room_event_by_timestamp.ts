// Finding events by time: https://spec.matrix.org/v1.19/client-server-api/#jumping-to-an-event-based-on-a-timestamp
import type * as roomEventByTimestamp from '@myelin/protocol/client-server/room_event_by_timestamp'
import type { EventId } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof roomEventByTimestamp> = {
  getEventByTimestamp: async ({ rooms }, { requester, path, query }) => {
    const found = await rooms.eventByTimestamp(path.roomId, { ...query, by: requester })
    return { ...found, event_id: found.event_id as EventId }
  },
}
