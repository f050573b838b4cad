// Single events, and the state of a room at an event.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { EventId, RoomId } from '../identifiers.ts'
import { Pdu } from './definitions/pdu.ts'
import { PduBundle } from './definitions/transaction.ts'

/**
 * Returns a room's state before an event, with its auth chain.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1stateroomid
 */
export const getRoomState = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/state/{roomId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId },
  query: Type.Object({ event_id: EventId }),
  response: Type.Object({ auth_chain: Type.Array(Pdu), pdus: Type.Array(Pdu) }),
})

/**
 * Returns the IDs of a room's state before an event, and of its auth chain.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1state_idsroomid
 */
export const getRoomStateIds = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/state_ids/{roomId}',
  auth: 'X-Matrix',
  serverAcl: true,
  pathParameters: { roomId: RoomId },
  query: Type.Object({ event_id: EventId }),
  response: Type.Object({ auth_chain_ids: Type.Array(EventId), pdu_ids: Type.Array(EventId) }),
})

/**
 * Returns one event, alone in its bundle.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1eventeventid
 */
export const getEvent = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/event/{eventId}',
  auth: 'X-Matrix',
  pathParameters: { eventId: EventId },
  response: PduBundle,
})

/**
 * Returns the event closest to a time (milliseconds), looking forwards or backwards.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1timestamp_to_eventroomid
 */
export const getEventByTimestamp = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/timestamp_to_event/{roomId}',
  auth: 'X-Matrix',
  since: '1.6',
  pathParameters: { roomId: RoomId },
  query: Type.Object({ ts: Type.Integer(), dir: Type.Union([Type.Literal('f'), Type.Literal('b')]) }),
  response: Type.Object({ event_id: EventId, origin_server_ts: Type.Integer() }),
})
