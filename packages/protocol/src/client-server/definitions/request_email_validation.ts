// Schema `request_email_validation` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Asks for a validation mail. */
export const RequestEmailValidation = Type.Object({
  client_secret: Type.String(),
  email: Type.String(),
  send_attempt: Type.Integer(),
  next_link: Type.Optional(Type.String()),
  id_server: Type.Optional(Type.String()),
  id_access_token: Type.Optional(Type.String()),
})
export type RequestEmailValidation = Static<typeof RequestEmailValidation>
