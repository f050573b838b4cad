// Account data: named JSON objects a user keeps on the server, for the account or for one room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'

/**
 * Stores an account-data object of the user under its type.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3useruseridaccount_datatype
 */
export const setAccountData = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/user/{userId}/account_data/{type}',
  auth: 'user',
  pathParameters: { userId: UserId },
  body: JsonObject,
  response: Type.Object({}),
})

/**
 * Reads an account-data object of the user by its type.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3useruseridaccount_datatype
 */
export const getAccountData = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/user/{userId}/account_data/{type}',
  auth: 'user',
  pathParameters: { userId: UserId },
  response: JsonObject,
})

/**
 * Stores an account-data object of the user for one room.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3useruseridroomsroomidaccount_datatype
 */
export const setAccountDataPerRoom = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}',
  auth: 'user',
  pathParameters: { userId: UserId, roomId: RoomId },
  body: JsonObject,
  response: Type.Object({}),
})

/**
 * Reads an account-data object of the user for one room.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3useruseridroomsroomidaccount_datatype
 */
export const getAccountDataPerRoom = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/user/{userId}/rooms/{roomId}/account_data/{type}',
  auth: 'user',
  pathParameters: { userId: UserId, roomId: RoomId },
  response: JsonObject,
})
