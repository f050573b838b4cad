// Lets an application service test the way from the homeserver to itself.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

/**
 * Makes the homeserver ping the application service and tells how long that took.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv1appserviceappserviceidping
 */
export const pingAppservice = endpoint({
  method: 'POST',
  path: '/_matrix/client/v1/appservice/{appserviceId}/ping',
  auth: 'appservice',
  since: '1.7',
  body: Type.Object({ transaction_id: Type.Optional(Type.String()) }),
  response: Type.Object({ duration_ms: Type.Integer() }),
})
