// Asks for a validation text message.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ClientSecret } from './client_secret.ts'

/** Asks for a validation text message; `country` is the two-letter code that `phone_number` is to be read in. */
export const RequestMsisdnValidation = Type.Object({
  client_secret: ClientSecret,
  country: Type.String(),
  phone_number: Type.String(),
  send_attempt: Type.Integer(),
  next_link: Type.Optional(Type.String()),
})
export type RequestMsisdnValidation = Static<typeof RequestMsisdnValidation>
