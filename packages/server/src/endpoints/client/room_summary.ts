// Room summaries: https://spec.matrix.org/v1.19/client-server-api/#room-summaries
import type * as roomSummary from '@myelin/protocol/client-server/room_summary'
import { JsonText } from '@myelin/protocol/handlers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof roomSummary> = {
  getRoomSummary: async ({ rooms }, { requester, path, query }) =>
    new JsonText(JSON.stringify(await rooms.summary(path.roomIdOrAlias, { by: requester, via: query.via }))),
}
