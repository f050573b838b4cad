// m.room.encryption, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomencryption
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { openEnum } from '../open-enum.ts'
import { event } from './event.ts'

/** Switches encryption on in a room. */
export const RoomEncryptionContent = Type.Object({
  algorithm: openEnum('m.megolm.v1.aes-sha2'),
  rotation_period_ms: Type.Optional(Type.Integer()),
  rotation_period_msgs: Type.Optional(Type.Integer()),
})
export type RoomEncryptionContent = Static<typeof RoomEncryptionContent>

/** m.room.encryption. */
export const roomEncryption = event({
  type: 'm.room.encryption',
  kind: 'state',
  stateKey: 'empty',
  content: RoomEncryptionContent,
})
