// Where other servers find this one: https://spec.matrix.org/v1.19/server-server-api/#getwell-knownmatrixserver
import { MatrixError } from '@myelin/protocol/errors'
import type { ServerName } from '@myelin/protocol/identifiers'
import type * as wellknown from '@myelin/protocol/server-server/wellknown'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof wellknown> = {
  getWellKnown: async ({ config }) => {
    if (config.delegateTo === '') throw new MatrixError('M_NOT_FOUND', 'delegateTo is not configured')
    return { 'm.server': config.delegateTo as ServerName }
  },
}
