// MSC4143 and MSC4519: where calls find their media servers.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { endpoint } from '../../endpoint.ts'

/** A way to exchange media; `livekit_service_url` belongs to the type `livekit`. */
export const RtcTransport = Type.Object({
  type: Type.String(),
  livekit_service_url: Type.Optional(Type.String()),
})
export type RtcTransport = Static<typeof RtcTransport>

/**
 * Lists the transports, the preferred one first.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4143
 */
export const getRtcTransports = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/rtc/transports',
  auth: 'user',
  rateLimited: true,
  response: Type.Object({ rtc_transports: Type.Array(RtcTransport) }),
})

/**
 * The same by the name deployed clients use.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/4143
 */
export const getRtcTransportsUnstable = endpoint({
  ...getRtcTransports,
  path: '/_matrix/client/unstable/org.matrix.msc4143/rtc/transports',
})
