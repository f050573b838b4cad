// Asks for a validation mail.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ClientSecret } from './client_secret.ts'

/** Asks for a validation mail. A mail already sent for this `send_attempt` is not sent again. */
export const RequestEmailValidation = Type.Object({
  client_secret: ClientSecret,
  email: Type.String(),
  send_attempt: Type.Integer(),
  next_link: Type.Optional(Type.String()),
})
export type RequestEmailValidation = Static<typeof RequestEmailValidation>
