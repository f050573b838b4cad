// Keys of other servers, by way of a notary.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerName } from '../identifiers.ts'
import { mapOf } from '../map-of.ts'
import { KeysQueryResponse } from './definitions/keys_query_response.ts'

/**
 * Returns another server's keys, signed by this one.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixkeyv2queryservername
 */
export const perspectivesKeyQuery = endpoint({
  method: 'GET',
  path: '/_matrix/key/v2/query/{serverName}',
  auth: 'none',
  pathParameters: { serverName: ServerName },
  query: Type.Object({ minimum_valid_until_ts: Type.Optional(Type.Integer()) }),
  response: KeysQueryResponse,
})

/**
 * Returns the keys of several servers, by server name and key ID.
 * https://spec.matrix.org/v1.19/server-server-api/#post_matrixkeyv2query
 */
export const bulkPerspectivesKeyQuery = endpoint({
  method: 'POST',
  path: '/_matrix/key/v2/query',
  auth: 'none',
  body: Type.Object({
    server_keys: mapOf(mapOf(Type.Object({ minimum_valid_until_ts: Type.Optional(Type.Integer()) }))),
  }),
  response: KeysQueryResponse,
})
