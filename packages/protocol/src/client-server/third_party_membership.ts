// Inviting somebody by email address or phone number.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId } from '../identifiers.ts'
import { Invite3pid } from './definitions/invite_3pid.ts'

/**
 * Invites somebody by a third-party identifier.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite
 */
export const inviteBy3PID = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/invite',
  routedBy: 'inviteUser',
  auth: 'user',
  rateLimited: true,
  pathParameters: { roomId: RoomId },
  body: Invite3pid,
  response: Type.Object({}),
})
