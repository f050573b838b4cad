// Deactivating an account for good.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { openEnum } from '../open-enum.ts'
import { AuthData } from './definitions/auth_data.ts'

/**
 * Deactivates the account of the caller and unbinds its third-party identifiers.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountdeactivate
 */
export const deactivateAccount = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/account/deactivate',
  auth: 'user?',
  rateLimited: true,
  interactiveAuth: true,
  body: Type.Object({
    auth: Type.Optional(AuthData),
    id_server: Type.Optional(Type.String()),
    erase: Type.Optional(Type.Boolean()),
  }),
  response: Type.Object({ id_server_unbind_result: openEnum('success', 'no-support') }),
})
