// Whom to ask for help: https://spec.matrix.org/v1.19/client-server-api/#getwell-knownmatrixsupport
import type * as support from '@myelin/protocol/client-server/support'
import { MatrixError } from '@myelin/protocol/errors'
import { isUserId } from '@myelin/protocol/identifiers'
import type { Handlers } from '../handlers.ts'

export const handlers: Handlers<typeof support> = {
  getWellknownSupport: async ({ config }) => {
    const contact = config.supportContact
    if (contact === '') throw new MatrixError('M_NOT_FOUND', 'supportContact is not configured')
    const address = isUserId(contact) ? { matrix_id: contact } : { email_address: contact }
    return { contacts: [{ ...address, role: 'm.role.admin' }] }
  },
}
