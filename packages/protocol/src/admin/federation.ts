// Myelin's admin API: how it stands with other servers.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerName } from '../identifiers.ts'

/** Times are milliseconds since the epoch, 0 for never. */
const Destination = Type.Object({
  server_name: ServerName,
  /** Events and EDUs that wait in memory. */
  queued_pdus: Type.Integer(),
  queued_edus: Type.Integer(),
  /** Whether the server is so far behind that it is served from the journal. */
  catching_up: Type.Boolean(),
  /** Journal entries made since the oldest event the server has not got; 0 when it has got everything. */
  lag: Type.Integer(),
  /** Failures since the last success, and the reason of the last one. */
  failures: Type.Integer(),
  last_error: Type.String(),
  next_try_ts: Type.Integer(),
  last_success_ts: Type.Integer(),
})

/**
 * Lists the servers for which something waits, those furthest behind first. `M_FORBIDDEN` unless the caller may administer
 * the server; likewise the others.
 */
export const listDestinations = endpoint({
  method: 'GET',
  path: '/_myelin/admin/v1/federation/destinations',
  auth: 'user',
  response: Type.Object({ destinations: Type.Array(Destination) }),
})

/** Tells how it stands with one server. */
export const getDestination = endpoint({
  method: 'GET',
  path: '/_myelin/admin/v1/federation/destinations/{serverName}',
  auth: 'user',
  pathParameters: { serverName: ServerName },
  response: Destination,
})

/** Tries a server again at once, whatever it failed with before. */
export const retryDestination = endpoint({
  method: 'POST',
  path: '/_myelin/admin/v1/federation/destinations/{serverName}/retry',
  auth: 'user',
  pathParameters: { serverName: ServerName },
  body: Type.Object({}),
  response: Type.Object({}),
})
