// Refreshing access tokens: https://spec.matrix.org/v1.19/client-server-api/#refreshing-access-tokens
import type * as refresh from '@myelin/protocol/client-server/refresh'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof refresh> = {
  refresh: ({ accounts }, { body }) => accounts.refresh(body.refresh_token),
}
