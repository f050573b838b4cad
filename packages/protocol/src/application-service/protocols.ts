// Looking up rooms and users of bridged networks.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAlias, UserId } from '../identifiers.ts'
import { ThirdPartyLocationBatch } from '../client-server/definitions/third_party_location_batch.ts'
import { ThirdPartyUserBatch } from '../client-server/definitions/third_party_user_batch.ts'
import { Protocol } from './definitions/protocol.ts'

/**
 * Describes a third-party protocol.
 * https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1thirdpartyprotocolprotocol
 */
export const getProtocolMetadata = endpoint({
  method: 'GET',
  path: '/_matrix/app/v1/thirdparty/protocol/{protocol}',
  auth: 'hs_token',
  response: Protocol,
})

/**
 * Returns users of a third-party network by its fields.
 * https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1thirdpartyuserprotocol
 */
export const queryUserByProtocol = endpoint({
  method: 'GET',
  path: '/_matrix/app/v1/thirdparty/user/{protocol}',
  auth: 'hs_token',
  query: Type.Object({}, { additionalProperties: Type.String() }),
  response: ThirdPartyUserBatch,
})

/**
 * Returns places of a third-party network by its fields.
 * https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1thirdpartylocationprotocol
 */
export const queryLocationByProtocol = endpoint({
  method: 'GET',
  path: '/_matrix/app/v1/thirdparty/location/{protocol}',
  auth: 'hs_token',
  query: Type.Object({}, { additionalProperties: Type.String() }),
  response: ThirdPartyLocationBatch,
})

/**
 * Returns the third-party places an alias stands for.
 * https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1thirdpartylocation
 */
export const queryLocationByAlias = endpoint({
  method: 'GET',
  path: '/_matrix/app/v1/thirdparty/location',
  auth: 'hs_token',
  query: Type.Object({ alias: Type.Optional(RoomAlias) }),
  response: ThirdPartyLocationBatch,
})

/**
 * Returns the third-party users a user stands for.
 * https://spec.matrix.org/v1.19/application-service-api/#get_matrixappv1thirdpartyuser
 */
export const queryUserByID = endpoint({
  method: 'GET',
  path: '/_matrix/app/v1/thirdparty/user',
  auth: 'hs_token',
  query: Type.Object({ userid: Type.Optional(UserId) }),
  response: ThirdPartyUserBatch,
})
