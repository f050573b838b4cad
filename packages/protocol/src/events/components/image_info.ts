// What is known of a picture, its thumbnail, an avatar. https://spec.matrix.org/v1.19/client-server-api/#mimage
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { MxcUri } from '../../identifiers.ts'
import { EncryptedFile } from './encrypted_file.ts'

/** Sizes of a thumbnail: `h` and `w` in pixels, `size` in bytes. */
export const ThumbnailInfo = Type.Object({
  h: Type.Optional(Type.Integer()),
  w: Type.Optional(Type.Integer()),
  mimetype: Type.Optional(Type.String()),
  size: Type.Optional(Type.Integer()),
})
export type ThumbnailInfo = Static<typeof ThumbnailInfo>

/** A thumbnail: plain or encrypted. */
export const Thumbnail = Type.Object({
  thumbnail_url: Type.Optional(MxcUri),
  thumbnail_file: Type.Optional(EncryptedFile),
  thumbnail_info: Type.Optional(ThumbnailInfo),
})

/** Sizes of an avatar and its thumbnail. */
export const AvatarInfo = Type.Object({
  ...ThumbnailInfo.properties,
  thumbnail_url: Type.Optional(MxcUri),
  thumbnail_info: Type.Optional(ThumbnailInfo),
})
export type AvatarInfo = Static<typeof AvatarInfo>

/** Sizes of a picture and its thumbnail. */
export const ImageInfo = Type.Object({
  ...ThumbnailInfo.properties,
  ...Thumbnail.properties,
  is_animated: Type.Optional(Type.Boolean()),
})
export type ImageInfo = Static<typeof ImageInfo>
