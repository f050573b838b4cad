// Validity of registration tokens: https://spec.matrix.org/v1.19/client-server-api/#token-authenticated-registration
import type * as registrationTokens from '@myelin/protocol/client-server/registration_tokens'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof registrationTokens> = {
  registrationTokenValidity: async ({ accounts }, { query }) => ({
    valid: await accounts.registrationTokens.isValid(query.token),
  }),
}
