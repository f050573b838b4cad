// Headers that are part of an endpoint, as schemas of their text, for those that several definitions share.
import { Type } from 'typebox'

/** Of an upload: what the bytes are. */
export const UploadHeaders = Type.Object({ 'Content-Type': Type.Optional(Type.String()) })

/** Of an answer that may be a redirect (307, 308) to where it is instead. */
export const RedirectHeaders = Type.Object({ Location: Type.Optional(Type.String()) })

/**
 * Of media. "Servers SHOULD provide a Content-Security-Policy header" and a Cross-Origin-Resource-Policy; `Location` comes
 * alone, with a redirect. https://spec.matrix.org/v1.19/client-server-api/#content-repository
 */
export const DownloadHeaders = Type.Object({
  'Content-Type': Type.String(),
  'Content-Disposition': Type.String(),
  'Content-Security-Policy': Type.Optional(Type.String()),
  'Cross-Origin-Resource-Policy': Type.Optional(Type.String()),
  ...RedirectHeaders.properties,
})

/** Of media between servers: `multipart/mixed` with its boundary. https://spec.matrix.org/v1.19/server-server-api/#content-repository */
export const MultipartHeaders = Type.Object({ 'Content-Type': Type.String() })
