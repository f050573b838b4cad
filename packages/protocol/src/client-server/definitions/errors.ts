// The body of an error answer. https://spec.matrix.org/v1.19/client-server-api/#standard-error-response
import { Type } from 'typebox'
import type { Static } from 'typebox'

/**
 * `retry_after_ms` comes with M_LIMIT_EXCEEDED, `soft_logout` with M_UNKNOWN_TOKEN and M_USER_LOCKED, `room_version`
 * with M_INCOMPATIBLE_ROOM_VERSION, `status` and `body` (of an application service) with M_BAD_STATUS.
 */
export const ErrorBody = Type.Object({
  errcode: Type.String(),
  error: Type.Optional(Type.String()),
  retry_after_ms: Type.Optional(Type.Integer()),
  soft_logout: Type.Optional(Type.Boolean()),
  room_version: Type.Optional(Type.String()),
  status: Type.Optional(Type.Integer()),
  body: Type.Optional(Type.String()),
})
export type ErrorBody = Static<typeof ErrorBody>
