// m.room.encrypted, a message event and a message to devices.
// https://spec.matrix.org/v1.19/client-server-api/#mroomencrypted
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { mapOf } from '../map-of.ts'
import { openEnum } from '../open-enum.ts'
import { event } from './event.ts'

/** An encrypted event. */
export const RoomEncryptedContent = Type.Object({
  algorithm: openEnum('m.olm.v1.curve25519-aes-sha2', 'm.megolm.v1.aes-sha2'),
  ciphertext: Type.Union([
    Type.String(),
    mapOf(Type.Object({ body: Type.Optional(Type.String()), type: Type.Optional(Type.Integer()) })),
  ]),
  sender_key: Type.Optional(Type.String()),
  device_id: Type.Optional(Type.String()),
  session_id: Type.Optional(Type.String()),
})
export type RoomEncryptedContent = Static<typeof RoomEncryptedContent>

/** m.room.encrypted. */
export const roomEncrypted = event({
  type: 'm.room.encrypted',
  kind: 'message',
  alsoKind: 'toDevice',
  content: RoomEncryptedContent,
})
