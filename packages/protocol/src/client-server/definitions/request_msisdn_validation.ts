// Schema `request_msisdn_validation` of the client-server API, shared by several endpoints.
import { Type } from 'typebox'
import type { Static } from 'typebox'

/** Asks for a validation text message. */
export const RequestMsisdnValidation = Type.Object({
  client_secret: Type.String(),
  country: Type.String(),
  phone_number: Type.String(),
  send_attempt: Type.Integer(),
  next_link: Type.Optional(Type.String()),
  id_server: Type.Optional(Type.String()),
  id_access_token: Type.Optional(Type.String()),
})
export type RequestMsisdnValidation = Static<typeof RequestMsisdnValidation>
