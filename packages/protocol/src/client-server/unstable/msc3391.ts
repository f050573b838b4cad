// MSC3391: deleting account data. /sync then shows an empty content.
import { Type } from 'typebox'
import { endpoint } from '../../endpoint.ts'
import { RoomId, UserId } from '../../identifiers.ts'

const prefix = '/_matrix/client/unstable/org.matrix.msc3391/user/{userId}' as const

/**
 * Deletes an account-data object of the user.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3391
 */
export const deleteAccountData = endpoint({
  method: 'DELETE',
  path: `${prefix}/account_data/{type}`,
  auth: 'user',
  pathParameters: { userId: UserId },
  response: Type.Object({}),
})

/**
 * Deletes an account-data object of the user for one room.
 * https://github.com/matrix-org/matrix-spec-proposals/pull/3391
 */
export const deleteAccountDataPerRoom = endpoint({
  method: 'DELETE',
  path: `${prefix}/rooms/{roomId}/account_data/{type}`,
  auth: 'user',
  pathParameters: { userId: UserId, roomId: RoomId },
  response: Type.Object({}),
})
