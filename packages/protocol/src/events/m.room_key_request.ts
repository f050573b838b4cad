// m.room_key_request, a message to devices. https://spec.matrix.org/v1.19/client-server-api/#mroom_key_request
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../identifiers.ts'
import { event } from './event.ts'

/** Asks for a room key, or takes that back. */
export const RoomKeyRequestContent = Type.Object({
  body: Type.Optional(
    Type.Object({
      algorithm: Type.String(),
      room_id: RoomId,
      sender_key: Type.Optional(Type.String()),
      session_id: Type.String(),
    }),
  ),
  action: Type.Union([Type.Literal('request'), Type.Literal('request_cancellation')]),
  requesting_device_id: Type.String(),
  request_id: Type.String(),
})
export type RoomKeyRequestContent = Static<typeof RoomKeyRequestContent>

/** m.room_key_request. */
export const roomKeyRequest = event({ type: 'm.room_key_request', kind: 'toDevice', content: RoomKeyRequestContent })
