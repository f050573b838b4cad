// The typed client of the client-server API: `client(baseUrl, { accessToken }).kick({ roomId, user_id })`.
// For a few endpoints only, or for other APIs, take `clientOf` with the groups needed.
import { clientServerGroups } from './client-server/groups.ts'
import { clientOf } from './client/client-of.ts'
import type { ClientOf } from './client/client-of.ts'
import type { ConnectionOptions } from './client/connection.ts'

/** All operations of the client-server API as methods. */
export type Client = ClientOf<typeof clientServerGroups>

/** Makes a client for the homeserver at a base URL. Refusals are thrown as `MatrixError`. */
export const client = (baseUrl: string, options: ConnectionOptions = {}): Client =>
  clientOf(clientServerGroups, baseUrl, options)
