// m.room.message with m.image, a message event. https://spec.matrix.org/v1.19/client-server-api/#mimage
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../identifiers.ts'
import { ImageInfo } from './components/image_info.ts'
import { EncryptedFile } from './components/encrypted_file.ts'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message that is a picture. */
export const RoomMessageImageContent = Type.Object({
  body: Type.String(),
  format: Type.Optional(Type.String()),
  formatted_body: Type.Optional(Type.String()),
  filename: Type.Optional(Type.String()),
  info: Type.Optional(ImageInfo),
  msgtype: Type.Literal('m.image'),
  url: Type.Optional(MxcUri),
  file: Type.Optional(EncryptedFile),
  ...messageRelations,
})
export type RoomMessageImageContent = Static<typeof RoomMessageImageContent>

/** m.room.message. */
export const roomMessageImage = event({ type: 'm.room.message', kind: 'message', content: RoomMessageImageContent })
