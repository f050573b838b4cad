// History and gaps: events that another server has.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { Pdu } from './definitions/pdu.ts'
import { PduBundle } from './definitions/transaction.ts'

/**
 * Returns events that precede the given ones, those included.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1backfillroomid
 */
export const backfillRoom = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/backfill/{roomId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId },
  query: Type.Object({ v: Type.Array(EventId), limit: Type.Integer() }),
  response: PduBundle,
})

/**
 * Returns the events between the earliest and the latest ones, walking backwards from the latest.
 * https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1get_missing_eventsroomid
 */
export const getMissingPreviousEvents = endpoint({
  method: 'POST',
  path: '/_matrix/federation/v1/get_missing_events/{roomId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId },
  body: Type.Object({
    limit: Type.Optional(Type.Integer()),
    min_depth: Type.Optional(Type.Integer()),
    earliest_events: Type.Array(EventId),
    latest_events: Type.Array(EventId),
  }),
  response: Type.Object({ events: Type.Array(Pdu) }),
})
