// m.room.message with m.location, a message event. https://spec.matrix.org/v1.19/client-server-api/#mlocation
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../identifiers.ts'
import { ThumbnailInfo } from './components/image_info.ts'
import { EncryptedFile } from './components/encrypted_file.ts'
import { messageRelations } from './components/message_relations.ts'
import { event } from './event.ts'

/** A message that is a place. */
export const RoomMessageLocationContent = Type.Object({
  body: Type.String(),
  geo_uri: Type.String(),
  msgtype: Type.Literal('m.location'),
  info: Type.Optional(
    Type.Object({
      thumbnail_url: Type.Optional(MxcUri),
      thumbnail_file: Type.Optional(EncryptedFile),
      thumbnail_info: Type.Optional(ThumbnailInfo),
    }),
  ),
  ...messageRelations,
})
export type RoomMessageLocationContent = Static<typeof RoomMessageLocationContent>

/** m.room.message. */
export const roomMessageLocation = event({
  type: 'm.room.message',
  kind: 'message',
  content: RoomMessageLocationContent,
})
