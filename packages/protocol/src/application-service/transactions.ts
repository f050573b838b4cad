// Events pushed to an application service, in order and until it has them.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { JsonObject } from '../json-object.ts'
import { ClientEvent } from '../client-server/definitions/client_event.ts'

/**
 * Takes events and, since 1.13, ephemeral ones; a repeated transaction ID is answered and ignored.
 * https://spec.matrix.org/v1.19/application-service-api/#put_matrixappv1transactionstxnid
 */
export const sendTransaction = endpoint({
  method: 'PUT',
  path: '/_matrix/app/v1/transactions/{txnId}',
  auth: 'hs_token',
  body: Type.Object({
    events: Type.Array(ClientEvent),
    ephemeral: Type.Optional(Type.Array(Type.Object({ type: Type.String(), content: JsonObject }))),
  }),
  response: Type.Object({}),
})
