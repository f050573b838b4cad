// m.forwarded_room_key, a message to devices. https://spec.matrix.org/v1.19/client-server-api/#mforwarded_room_key
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../identifiers.ts'
import { JsonObject } from '../json-object.ts'
import { event } from './event.ts'

/** Forwards a room key to another device of the user or to who asked for it. */
export const ForwardedRoomKeyContent = Type.Object({
  algorithm: Type.String(),
  room_id: RoomId,
  sender_key: Type.String(),
  session_id: Type.String(),
  session_key: Type.String(),
  sender_claimed_ed25519_key: Type.String(),
  forwarding_curve25519_key_chain: Type.Array(Type.String()),
  withheld: Type.Optional(JsonObject),
})
export type ForwardedRoomKeyContent = Static<typeof ForwardedRoomKeyContent>

/** m.forwarded_room_key. */
export const forwardedRoomKey = event({
  type: 'm.forwarded_room_key',
  kind: 'toDevice',
  content: ForwardedRoomKeyContent,
})
