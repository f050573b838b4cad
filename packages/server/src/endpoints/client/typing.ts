// Typing notifications: https://spec.matrix.org/v1.19/client-server-api/#typing-notifications
import type * as typing from '@myelin/protocol/client-server/typing'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof typing> = {
  setTyping: async ({ ephemeral }, { requester, path, body }) => {
    await ephemeral.setTyping(requester, { ...path, typing: body.typing, timeoutMs: body.timeout })
    return {}
  },
}
