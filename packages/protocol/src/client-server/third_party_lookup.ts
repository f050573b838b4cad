// Looking up rooms and users of bridged networks.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { mapOf } from '../map-of.ts'
import { ProtocolMetadata } from './definitions/protocol.ts'
import { ThirdPartyLocationBatch } from './definitions/third_party_location_batch.ts'
import { ThirdPartyUserBatch } from './definitions/third_party_user_batch.ts'

/**
 * Describes the third-party protocols the server bridges to.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3thirdpartyprotocols
 */
export const getProtocols = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/protocols',
  auth: 'user',
  response: mapOf(ProtocolMetadata),
})

/**
 * Describes one third-party protocol.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3thirdpartyprotocolprotocol
 */
export const getProtocolMetadata = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/protocol/{protocol}',
  auth: 'user',
  response: ProtocolMetadata,
})

/**
 * Finds the rooms that stand for a place of a third-party network.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3thirdpartylocationprotocol
 */
export const queryLocationByProtocol = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/location/{protocol}',
  auth: 'user',
  query: Type.Object({}, { additionalProperties: Type.String() }),
  response: ThirdPartyLocationBatch,
})

/**
 * Finds the Matrix users that stand for users of a third-party network.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3thirdpartyuserprotocol
 */
export const queryUserByProtocol = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/user/{protocol}',
  auth: 'user',
  query: Type.Object({}, { additionalProperties: Type.String() }),
  response: ThirdPartyUserBatch,
})

/**
 * Finds the third-party places a room alias stands for.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3thirdpartylocation
 */
export const queryLocationByAlias = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/location',
  auth: 'user',
  query: Type.Object({ alias: Type.String() }),
  response: ThirdPartyLocationBatch,
})

/**
 * Finds the third-party users a Matrix user stands for.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3thirdpartyuser
 */
export const queryUserByID = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/thirdparty/user',
  auth: 'user',
  query: Type.Object({ userid: Type.String() }),
  response: ThirdPartyUserBatch,
})
