// Can the homeserver reach the application service?
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Answers a ping the application service has asked for.
 * https://spec.matrix.org/v1.19/application-service-api/#post_matrixappv1ping
 */
export const ping = endpoint({
  method: 'POST',
  path: '/_matrix/app/v1/ping',
  auth: 'hs_token',
  since: '1.7',
  body: Type.Object({ transaction_id: Type.Optional(Type.String()) }),
  response: Type.Object({}),
})
