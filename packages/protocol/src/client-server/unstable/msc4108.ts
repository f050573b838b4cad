// MSC4108 (2024): a mailbox on the server in which two devices meet to log one of them in by QR code. Payloads are
// plain text; `ETag`, `If-Match` and `If-None-Match` guard against lost updates.
import { Type } from 'typebox'
import { endpoint } from '../../endpoint.ts'

const prefix = '/_matrix/client/unstable/org.matrix.msc4108/rendezvous' as const

/** Opens a session with a first payload; answers 201 with its URL and the headers `ETag` and `Expires`. */
export const createRendezvousMsc4108 = endpoint({
  method: 'POST',
  path: prefix,
  auth: 'none',
  rateLimited: true,
  bytesBody: true,
  response: Type.Object({ url: Type.String() }),
})

/** Returns the payload, or 304 when it is the one the caller knows. */
export const getRendezvousMsc4108 = endpoint({
  method: 'GET',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  bytesResponse: true,
  response: Type.Unknown(),
})

/** Replaces the payload, if it is still the one the caller knows. */
export const putRendezvousMsc4108 = endpoint({
  method: 'PUT',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  bytesBody: true,
  bytesResponse: true,
  response: Type.Unknown(),
})

/** Closes the session. */
export const deleteRendezvousMsc4108 = endpoint({
  method: 'DELETE',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  bytesResponse: true,
  response: Type.Unknown(),
})
