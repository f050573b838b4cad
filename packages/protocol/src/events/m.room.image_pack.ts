// m.room.image_pack, a state event. https://spec.matrix.org/v1.19/client-server-api/#mroomimage_pack
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../identifiers.ts'
import { mapOf } from '../map-of.ts'
import { openEnum } from '../open-enum.ts'
import { ImageInfo } from './components/image_info.ts'
import { event } from './event.ts'

/** A pack of stickers and custom emoji. */
export const RoomImagePackContent = Type.Object({
  images: mapOf(Type.Object({ url: MxcUri, body: Type.Optional(Type.String()), info: Type.Optional(ImageInfo) })),
  pack: Type.Optional(
    Type.Object({
      display_name: Type.Optional(Type.String()),
      avatar_url: Type.Optional(Type.String()),
      usage: Type.Optional(Type.Array(openEnum('emoticon', 'sticker'))),
      attribution: Type.Optional(Type.String()),
    }),
  ),
})
export type RoomImagePackContent = Static<typeof RoomImagePackContent>

/** m.room.image_pack. */
export const roomImagePack = event({ type: 'm.room.image_pack', kind: 'state', content: RoomImagePackContent })
