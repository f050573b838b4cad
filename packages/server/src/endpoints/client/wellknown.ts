// Where clients find this server: https://spec.matrix.org/v1.19/client-server-api/#well-known-uris
import type * as wellknown from '@myelin/protocol/client-server/wellknown'
import { MatrixError } from '@myelin/protocol/errors'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof wellknown> = {
  getWellknown: async ({ config }) => {
    if (config.publicBaseUrl === '') throw new MatrixError('M_NOT_FOUND', 'publicBaseUrl is not configured')
    return { 'm.homeserver': { base_url: config.publicBaseUrl } }
  },
}
