// m.room.message with m.audio, a message event. https://spec.matrix.org/v1.19/client-server-api/#maudio
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../identifiers.ts'
import { EncryptedFile } from './components/encrypted_file.ts'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message that is a sound. */
export const RoomMessageAudioContent = Type.Object({
  body: Type.String(),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
  filename: Type.Optional(Type.String()),
  info: Type.Optional(
    Type.Object({
      duration: Type.Optional(Type.Integer()),
      mimetype: Type.Optional(Type.String()),
      size: Type.Optional(Type.Integer()),
    }),
  ),
  msgtype: Type.Literal('m.audio'),
  url: Type.Optional(MxcUri),
  file: Type.Optional(EncryptedFile),
  ...messageRelations,
})
export type RoomMessageAudioContent = Static<typeof RoomMessageAudioContent>

/** m.room.message. */
export const roomMessageAudio = event({ type: 'm.room.message', kind: 'message', content: RoomMessageAudioContent })
