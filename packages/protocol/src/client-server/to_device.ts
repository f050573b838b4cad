// Messages straight to devices.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { JsonObject } from '../json-object.ts'
import { mapOf } from '../map-of.ts'

/**
 * Sends an event to devices of users, outside of any room.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3sendtodeviceeventtypetxnid
 */
export const sendToDevice = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/sendToDevice/{eventType}/{txnId}',
  auth: 'user',
  guest: true,
  body: Type.Object({ messages: mapOf(mapOf(JsonObject)) }),
  response: Type.Object({}),
})
