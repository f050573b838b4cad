// m.room_key, a message to devices. https://spec.matrix.org/v1.19/client-server-api/#mroom_key
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { RoomId } from '../identifiers.ts'
import { openEnum } from '../open-enum.ts'
import { event } from './event.ts'

/** A room key. */
export const RoomKeyContent = Type.Object({
  algorithm: openEnum('m.megolm.v1.aes-sha2'),
  room_id: RoomId,
  session_id: Type.String(),
  session_key: Type.String(),
  shared_history: Type.Optional(Type.Boolean()),
})
export type RoomKeyContent = Static<typeof RoomKeyContent>

/** m.room_key. */
export const roomKey = event({ type: 'm.room_key', kind: 'toDevice', content: RoomKeyContent })
