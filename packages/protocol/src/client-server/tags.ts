// Tags a user gives to rooms.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'
import { mapOf } from '../map-of.ts'
import { Tag } from './definitions/tag.ts'

/**
 * Lists the tags of a room.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3useruseridroomsroomidtags
 */
export const getRoomTags = endpoint({
  method: 'GET',
  path: '/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags',
  auth: 'user',
  pathParameters: { userId: UserId, roomId: RoomId },
  response: Type.Object({ tags: Type.Optional(mapOf(Tag)) }),
})

/** Tags a room. https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3useruseridroomsroomidtagstag */
export const setRoomTag = endpoint({
  method: 'PUT',
  path: '/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}',
  auth: 'user',
  pathParameters: { userId: UserId, roomId: RoomId },
  body: Tag,
  response: Type.Object({}),
})

/**
 * Removes a tag from a room.
 * https://spec.matrix.org/v1.19/client-server-api/#delete_matrixclientv3useruseridroomsroomidtagstag
 */
export const deleteRoomTag = endpoint({
  method: 'DELETE',
  path: '/_matrix/client/v3/user/{userId}/rooms/{roomId}/tags/{tag}',
  auth: 'user',
  pathParameters: { userId: UserId, roomId: RoomId },
  response: Type.Object({}),
})
