// Why a room key is not sent. https://spec.matrix.org/v1.19/client-server-api/#mroom_keywithheld
import { Type } from 'typebox'
import { RoomId } from '../../identifiers.ts'
import { openEnum } from '../../open-enum.ts'

/** `room_id` and `session_id` are needed unless the code is `m.no_olm`. */
export const RoomKeyWithheld = Type.Object({
  algorithm: openEnum('m.megolm.v1.aes-sha2'),
  sender_key: Type.String(),
  code: openEnum(
    'm.blacklisted',
    'm.unverified',
    'm.unauthorised',
    'm.unavailable',
    'm.no_olm',
    'm.history_not_shared',
  ),
  room_id: Type.Optional(RoomId),
  session_id: Type.Optional(Type.String()),
  reason: Type.Optional(Type.String()),
})
