// Myelin's admin API: what became of an event.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Tells what became of an event, and why it was not accepted. `accepted`: it is part of the room. `outlier`: it is known as
 * part of a state or of an auth chain. `rejected`, `soft_failed`: the authorisation rules do not allow it, or not now.
 * `waiting`: what it follows is being fetched. `dropped`: it was as if it had not been sent; remembered for the last ones
 * since the start. `M_NOT_FOUND` for events that were not heard of; `M_FORBIDDEN` unless the caller may administer the
 * server.
 */
export const explainEvent = endpoint({
  method: 'GET',
  path: '/_myelin/admin/v1/events/{eventId}',
  auth: 'user',
  // Of whatever form: it may be one that a hostile server made up.
  pathParameters: { eventId: Type.String() },
  response: Type.Object({
    event_id: Type.String(),
    room_id: Type.Optional(Type.String()),
    verdict: Type.Enum(['accepted', 'outlier', 'rejected', 'soft_failed', 'waiting', 'dropped']),
    /** The number of the rule on the page of the room's version, or a word for checks that have none. */
    rule: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String()),
    /** The server that sent it, for events that were dropped or wait. */
    origin: Type.Optional(Type.String()),
    /** When it was refused, milliseconds since the epoch. */
    ts: Type.Optional(Type.Integer()),
  }),
})
