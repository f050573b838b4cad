// Myelin's admin API: registration tokens.
import type * as registrationTokens from '@myelin/protocol/admin/registration-tokens'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof registrationTokens> = {
  listRegistrationTokens: async ({ accounts }, { requester }) => {
    const tokens = await accounts.registrationTokens.list(requester)
    return {
      registration_tokens: tokens.map(({ token, usesAllowed, completed, expiresMs }) => ({
        token,
        uses_allowed: usesAllowed,
        completed,
        expiry_time: expiresMs,
      })),
    }
  },

  createRegistrationToken: async ({ accounts }, { requester, body }) => ({
    token: await accounts.registrationTokens.add(requester, {
      token: body.token,
      usesAllowed: body.uses_allowed,
      expiresMs: body.expiry_time,
    }),
  }),

  deleteRegistrationToken: async ({ accounts }, { requester, path }) => {
    await accounts.registrationTokens.delete(requester, path.token)
    return {}
  },
}
