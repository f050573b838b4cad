// m.room.message with m.file, a message event. https://spec.matrix.org/v1.19/client-server-api/#mfile
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../identifiers.ts'
import { ThumbnailInfo } from './components/image_info.ts'
import { EncryptedFile } from './components/encrypted_file.ts'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message that is a file. */
export const RoomMessageFileContent = Type.Object({
  body: Type.String(),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
  filename: Type.Optional(Type.String()),
  info: Type.Optional(
    Type.Object({
      mimetype: Type.Optional(Type.String()),
      size: Type.Optional(Type.Integer()),
      thumbnail_url: Type.Optional(MxcUri),
      thumbnail_file: Type.Optional(EncryptedFile),
      thumbnail_info: Type.Optional(ThumbnailInfo),
    }),
  ),
  msgtype: Type.Literal('m.file'),
  url: Type.Optional(MxcUri),
  file: Type.Optional(EncryptedFile),
  ...messageRelations,
})
export type RoomMessageFileContent = Static<typeof RoomMessageFileContent>

/** m.room.message. */
export const roomMessageFile = event({ type: 'm.room.message', kind: 'message', content: RoomMessageFileContent })
