// Inviting a user by id.
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'
import { Invite3pid } from './definitions/invite_3pid.ts'

/** Whom to invite, and why. */
export const InviteUserBody = Type.Object({ user_id: UserId, reason: Type.Optional(Type.String()) })
export type InviteUserBody = Static<typeof InviteUserBody>

/**
 * Invites a user to the room, or (as inviteBy3PID on the same path) somebody by a third-party identifier.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite
 */
export const inviteUser = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/rooms/{roomId}/invite',
  auth: 'user',
  rateLimited: true,
  pathParameters: { roomId: RoomId },
  body: Type.Union([InviteUserBody, Invite3pid]),
  response: Type.Object({}),
})
