// m.room.message with m.video, a message event. https://spec.matrix.org/v1.19/client-server-api/#mvideo
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../identifiers.ts'
import { ThumbnailInfo } from './components/image_info.ts'
import { EncryptedFile } from './components/encrypted_file.ts'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message that is a film. */
export const RoomMessageVideoContent = Type.Object({
  body: Type.String(),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
  filename: Type.Optional(Type.String()),
  info: Type.Optional(
    Type.Object({
      duration: Type.Optional(Type.Integer()),
      h: Type.Optional(Type.Integer()),
      w: Type.Optional(Type.Integer()),
      mimetype: Type.Optional(Type.String()),
      size: Type.Optional(Type.Integer()),
      thumbnail_url: Type.Optional(MxcUri),
      thumbnail_file: Type.Optional(EncryptedFile),
      thumbnail_info: Type.Optional(ThumbnailInfo),
    }),
  ),
  msgtype: Type.Literal('m.video'),
  url: Type.Optional(MxcUri),
  file: Type.Optional(EncryptedFile),
  ...messageRelations,
})
export type RoomMessageVideoContent = Static<typeof RoomMessageVideoContent>

/** m.room.message. */
export const roomMessageVideo = event({ type: 'm.room.message', kind: 'message', content: RoomMessageVideoContent })
