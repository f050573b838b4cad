// Invites for people who have no account yet.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomAlias, RoomId, UserId } from '../identifiers.ts'

/**
 * Keeps an invite until somebody proves to own the address, and mails them.
 * https://spec.matrix.org/v1.19/identity-service-api/#post_matrixidentityv2store-invite
 */
export const storeInviteV2 = endpoint({
  method: 'POST',
  path: '/_matrix/identity/v2/store-invite',
  auth: 'is-token',
  body: Type.Object({
    medium: Type.String(),
    address: Type.String(),
    room_id: RoomId,
    sender: UserId,
    room_alias: Type.Optional(RoomAlias),
    room_avatar_url: Type.Optional(Type.String()),
    room_join_rules: Type.Optional(Type.String()),
    room_name: Type.Optional(Type.String()),
    room_type: Type.Optional(Type.String()),
    sender_display_name: Type.Optional(Type.String()),
    sender_avatar_url: Type.Optional(Type.String()),
  }),
  response: Type.Object({
    token: Type.String(),
    public_keys: Type.Array(Type.Object({ public_key: Type.String(), key_validity_url: Type.String() })),
    display_name: Type.String(),
  }),
})
