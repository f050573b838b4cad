// Live traffic: events and ephemeral data pushed to another server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { mapOf } from '../map-of.ts'
import { Transaction } from './definitions/transaction.ts'

/**
 * Takes a transaction; answers per event ID, with an error for each that was rejected.
 * https://spec.matrix.org/v1.19/server-server-api/#put_matrixfederationv1sendtxnid
 */
export const sendTransaction = endpoint({
  method: 'PUT',
  path: '/_matrix/federation/v1/send/{txnId}',
  auth: 'X-Matrix',
  body: Transaction,
  response: Type.Object({ pdus: mapOf(Type.Object({ error: Type.Optional(Type.String()) })) }),
})
