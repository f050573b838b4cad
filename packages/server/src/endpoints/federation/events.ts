// Single events and states: https://spec.matrix.org/v1.19/server-server-api/#retrieving-events
import { JsonText } from '@myelin/protocol/handlers'
import type { EventId } from '@myelin/protocol/identifiers'
import type {
  getEvent,
  getEventByTimestamp,
  getRoomState,
  getRoomStateIds,
} from '@myelin/protocol/server-server/events'
import type { Handlers } from '../handlers.ts'
import { pduBundle } from './pdu-bundle.ts'
import { streamedJson } from '../streamed-json.ts'

interface Group {
  readonly getEvent: typeof getEvent
  readonly getEventByTimestamp: typeof getEventByTimestamp
  readonly getRoomState: typeof getRoomState
  readonly getRoomStateIds: typeof getRoomStateIds
}

export const handlers: Handlers<Group> = {
  getEvent: async ({ rooms, config, environment }, { requester, path }) =>
    pduBundle({ config, environment }, [
      await rooms.eventForServer({ eventId: path.eventId, origin: requester.serverName }),
    ]),

  getEventByTimestamp: async ({ rooms }, { requester, path, query }) => {
    const found = await rooms.timestampForServer({ ...path, ...query, origin: requester.serverName })
    return { ...found, event_id: found.event_id as EventId }
  },

  getRoomState: async ({ rooms }, { requester, path, query }) => {
    const asked = { roomId: path.roomId, eventId: query.event_id, origin: requester.serverName }
    const { state, authChain } = await rooms.stateForServer(asked)
    return streamedJson([
      ['pdus', state],
      ['auth_chain', authChain],
    ])
  },

  getRoomStateIds: async ({ rooms }, { requester, path, query }) => {
    const asked = { roomId: path.roomId, eventId: query.event_id, origin: requester.serverName }
    const { state, authChain } = await rooms.stateIdsForServer(asked)
    return new JsonText(JSON.stringify({ auth_chain_ids: authChain, pdu_ids: state }))
  },
}
