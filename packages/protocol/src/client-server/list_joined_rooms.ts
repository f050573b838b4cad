// The rooms a user is in.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'

/**
 * Lists the rooms the user has joined.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3joined_rooms
 */
export const getJoinedRooms = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/joined_rooms',
  auth: 'user',
  response: Type.Object({ joined_rooms: Type.Array(RoomId) }),
})
