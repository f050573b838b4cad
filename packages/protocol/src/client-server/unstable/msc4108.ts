// MSC4108 (2024): a mailbox on the server in which two devices meet to log one of them in by QR code. Payloads are
// plain text; `ETag`, `If-Match` and `If-None-Match` guard against lost updates.
import { Type } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { UploadHeaders } from '../../headers.ts'

const prefix = '/_matrix/client/unstable/org.matrix.msc4108/rendezvous' as const

/** Which payload it is and when it is dropped. */
const PayloadHeaders = Type.Object({
  ETag: Type.String(),
  Expires: Type.String(),
  'Last-Modified': Type.Optional(Type.String()),
})

/**
 * Opens a session with a first payload; answers 201 with its URL and the headers `ETag` and `Expires`.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4108
 */
export const createRendezvousMsc4108 = endpoint({
  method: 'POST',
  path: prefix,
  auth: 'none',
  rateLimited: true,
  requestHeaders: UploadHeaders,
  bytesBody: true,
  response: Type.Object({ url: Type.String() }),
  responseHeaders: PayloadHeaders,
})

/**
 * Returns the payload, or 304 when it is the one the caller knows.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4108
 */
export const getRendezvousMsc4108 = endpoint({
  method: 'GET',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  requestHeaders: Type.Object({ 'If-None-Match': Type.Optional(Type.String()) }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: Type.Object({ 'Content-Type': Type.String(), ...PayloadHeaders.properties }),
})

/**
 * Replaces the payload, if it is still the one the caller knows.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4108
 */
export const putRendezvousMsc4108 = endpoint({
  method: 'PUT',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  requestHeaders: Type.Object({ ...UploadHeaders.properties, 'If-Match': Type.String() }),
  bytesBody: true,
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: PayloadHeaders,
})

/**
 * Closes the session.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4108
 */
export const deleteRendezvousMsc4108 = endpoint({
  method: 'DELETE',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  bytesResponse: true,
  response: Type.Unknown(),
})
