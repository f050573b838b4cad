// MSC4388: the later form of the mailbox of MSC4108, in JSON with compare-and-swap. A payload has at most 4096 bytes;
// a lost race is `IO_ELEMENT_MSC4388_CONCURRENT_WRITE` with status 409.
import { Type } from 'typebox'
import { endpoint } from '../../endpoint.ts'

const prefix = '/_matrix/client/unstable/io.element.msc4388/rendezvous' as const

/**
 * Tells whether the caller may open a session.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4388
 */
export const getRendezvousCapability = endpoint({
  method: 'GET',
  path: prefix,
  auth: 'user?',
  response: Type.Object({ create_available: Type.Boolean() }),
})

/**
 * Opens a session with a first payload.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4388
 */
export const createRendezvous = endpoint({
  method: 'POST',
  path: prefix,
  auth: 'user?',
  rateLimited: true,
  body: Type.Object({ data: Type.String() }),
  response: Type.Object({ id: Type.String(), sequence_token: Type.String(), expires_in_ms: Type.Integer() }),
})

/**
 * Returns the payload and the token with which it can be replaced.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4388
 */
export const getRendezvous = endpoint({
  method: 'GET',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  response: Type.Object({ data: Type.String(), sequence_token: Type.String(), expires_in_ms: Type.Integer() }),
})

/**
 * Replaces the payload the token belongs to.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4388
 */
export const putRendezvous = endpoint({
  method: 'PUT',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  body: Type.Object({ sequence_token: Type.String(), data: Type.String() }),
  response: Type.Object({ sequence_token: Type.String() }),
})

/**
 * Closes the session.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4388
 */
export const deleteRendezvous = endpoint({
  method: 'DELETE',
  path: `${prefix}/{rendezvousId}`,
  auth: 'none',
  response: Type.Object({}),
})
