// The server's own keys, for other servers to verify its events and requests with.
import type { getServerKey } from '@myelin/protocol/server-server/keys_server'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<{ getServerKey: typeof getServerKey }> = {
  getServerKey: async ({ publishedKeys }) => publishedKeys.document() as never,
}
