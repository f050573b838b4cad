// m.sticker, a message event. https://spec.matrix.org/v1.19/client-server-api/#msticker
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { ImageInfo } from './components/image_info.ts'
import { event } from './event.ts'

/** A sticker. */
export const StickerContent = Type.Object({ body: Type.String(), info: ImageInfo, url: Type.String() })
export type StickerContent = Static<typeof StickerContent>

/** m.sticker. */
export const sticker = event({ type: 'm.sticker', kind: 'message', content: StickerContent })
