// Paths of old, tried when the current one fails: "the older endpoints have the exact same request body and response
// format".
// https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
import { endpoint } from '../endpoint.ts'
import {
  getProtocolMetadata,
  queryLocationByAlias,
  queryLocationByProtocol,
  queryUserByID,
  queryUserByProtocol,
} from './protocols.ts'
import { queryRoomByAlias } from './query_room.ts'
import { queryUserById } from './query_user.ts'
import { sendTransaction } from './transactions.ts'

/**
 * `sendTransaction` by its path of old.
 * https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
 */
export const sendTransactionLegacy = endpoint({ ...sendTransaction, path: '/transactions/{txnId}' })

/**
 * `queryUserById` by its path of old.
 * https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
 */
export const queryUserByIdLegacy = endpoint({ ...queryUserById, path: '/users/{userId}' })

/**
 * `queryRoomByAlias` by its path of old.
 * https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
 */
export const queryRoomByAliasLegacy = endpoint({ ...queryRoomByAlias, path: '/rooms/{roomAlias}' })

/**
 * `getProtocolMetadata` by its path of old.
 * https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
 */
export const getProtocolMetadataLegacy = endpoint({
  ...getProtocolMetadata,
  path: '/_matrix/app/unstable/thirdparty/protocol/{protocol}',
})

/**
 * `queryUserByProtocol` by its path of old.
 * https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
 */
export const queryUserByProtocolLegacy = endpoint({
  ...queryUserByProtocol,
  path: '/_matrix/app/unstable/thirdparty/user/{protocol}',
})

/**
 * `queryLocationByProtocol` by its path of old.
 * https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
 */
export const queryLocationByProtocolLegacy = endpoint({
  ...queryLocationByProtocol,
  path: '/_matrix/app/unstable/thirdparty/location/{protocol}',
})

/**
 * `queryLocationByAlias` by its path of old.
 * https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
 */
export const queryLocationByAliasLegacy = endpoint({
  ...queryLocationByAlias,
  path: '/_matrix/app/unstable/thirdparty/location',
})

/**
 * `queryUserByID` by its path of old.
 * https://spec.matrix.org/v1.19/application-service-api/#legacy-routes
 */
export const queryUserByIDLegacy = endpoint({ ...queryUserByID, path: '/_matrix/app/unstable/thirdparty/user' })
