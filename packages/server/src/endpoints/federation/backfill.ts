// History and gaps: https://spec.matrix.org/v1.19/server-server-api/#backfilling-and-retrieving-missing-events
import { JsonText } from '@myelin/protocol/handlers'
import type * as backfill from '@myelin/protocol/server-server/backfill'
import { missingEventsDefault } from '../../federation-limits.ts'
import type { Handlers } from '../handlers.ts'
import { pduBundle } from './pdu-bundle.ts'

export const handlers: Handlers<typeof backfill> = {
  backfillRoom: async ({ rooms, config, environment }, { requester, path, query }) => {
    const asked = { roomId: path.roomId, origin: requester.serverName, from: query.v, limit: query.limit }
    return pduBundle({ config, environment }, await rooms.backfillForServer(asked))
  },

  getMissingPreviousEvents: async ({ rooms }, { requester, path, body }) => {
    const events = await rooms.missingForServer({
      roomId: path.roomId,
      origin: requester.serverName,
      earliest: body.earliest_events,
      latest: body.latest_events,
      limit: body.limit ?? missingEventsDefault,
      minDepth: body.min_depth ?? 0,
    })
    return new JsonText(`{"events":[${events.join(',')}]}`)
  },
}
