// The file m.room_key_bundle points to: keys of a room's history for an invited user.
// https://spec.matrix.org/v1.19/client-server-api/#construction-and-sharing-of-the-key-bundle
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomKeyWithheld } from '../../events/components/room_key_withheld_content.ts'
import { RoomId } from '../../identifiers.ts'
import { mapOf } from '../../map-of.ts'

/** Keys that are shared, and why others are not. */
export const RoomKeyBundle = Type.Object({
  room_keys: Type.Optional(
    Type.Array(
      Type.Object({
        algorithm: Type.Optional(Type.String()),
        room_id: Type.Optional(RoomId),
        sender_claimed_keys: Type.Optional(mapOf(Type.String())),
        sender_key: Type.Optional(Type.String()),
        session_id: Type.Optional(Type.String()),
        session_key: Type.Optional(Type.String()),
      }),
    ),
  ),
  withheld: Type.Optional(Type.Array(RoomKeyWithheld)),
})
export type RoomKeyBundle = Static<typeof RoomKeyBundle>
