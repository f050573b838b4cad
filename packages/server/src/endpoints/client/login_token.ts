// Tokens to log another client in: https://spec.matrix.org/v1.19/client-server-api/#token-based
import type * as loginToken from '@myelin/protocol/client-server/login_token'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof loginToken> = {
  generateLoginToken: ({ accounts }, { requester, body }) => accounts.createLoginToken(requester, body.auth),
}
