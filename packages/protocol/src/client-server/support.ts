// Whom to ask for help with a server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { openEnum } from '../open-enum.ts'

/**
 * Returns the contacts and the support page of the server.
 * https://spec.matrix.org/v1.19/client-server-api/#getwell-knownmatrixsupport
 */
export const getWellknownSupport = endpoint({
  method: 'GET',
  path: '/.well-known/matrix/support',
  auth: 'none',
  since: '1.10',
  response: Type.Object({
    contacts: Type.Optional(
      Type.Array(
        Type.Object({
          matrix_id: Type.Optional(UserId),
          email_address: Type.Optional(Type.String()),
          role: openEnum('m.role.admin', 'm.role.security'),
        }),
      ),
    ),
    support_page: Type.Optional(Type.String()),
  }),
})
