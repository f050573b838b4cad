// Filters stored on the server.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { UserId } from '../identifiers.ts'
import { SyncFilter } from './definitions/sync_filter.ts'

/**
 * Stores a filter and returns its id.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3useruseridfilter
 */
export const defineFilter = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/user/{userId}/filter',
  auth: 'user',
  pathParameters: { userId: UserId },
  body: SyncFilter,
  response: Type.Object({ filter_id: Type.String() }),
})

/**
 * Reads a stored filter.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3useruseridfilterfilterid
 */
export const getFilter = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/user/{userId}/filter/{filterId}',
  auth: 'user',
  pathParameters: { userId: UserId },
  response: SyncFilter,
})
