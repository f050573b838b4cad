// Creating a room.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { RoomId, UserId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'
import { Invite3pid } from './definitions/invite_3pid.ts'

/**
 * Creates a room with its initial state and invites.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3createroom
 */
export const createRoom = endpoint({
  method: 'POST',
  path: '/_matrix/client/v3/createRoom',
  auth: 'user',
  body: Type.Object({
    visibility: Type.Optional(Type.Union([Type.Literal('public'), Type.Literal('private')])),
    room_alias_name: Type.Optional(Type.String()),
    name: Type.Optional(Type.String()),
    topic: Type.Optional(Type.String()),
    invite: Type.Optional(Type.Array(UserId)),
    invite_3pid: Type.Optional(Type.Array(Invite3pid)),
    room_version: Type.Optional(Type.String()),
    creation_content: Type.Optional(JsonObject),
    initial_state: Type.Optional(
      Type.Array(Type.Object({ type: Type.String(), state_key: Type.Optional(Type.String()), content: JsonObject })),
    ),
    preset: Type.Optional(
      Type.Union([Type.Literal('private_chat'), Type.Literal('public_chat'), Type.Literal('trusted_private_chat')]),
    ),
    is_direct: Type.Optional(Type.Boolean()),
    power_level_content_override: Type.Optional(JsonObject),
  }),
  response: Type.Object({ room_id: RoomId }),
})
