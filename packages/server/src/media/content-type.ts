// What a file says it is: made harmless when it comes in, and shown inline only where browsers do not run it.
import { contentTypeCharactersMax } from '../limits.ts'

export const unknownContentType = 'application/octet-stream'

const token = `[A-Za-z0-9!#$&^_.+-]{1,127}`
const pattern = new RegExp(`^${token}/${token}(?:\\s*;\\s*${token}=(?:${token}|"[A-Za-z0-9 !#$&^_.+/:;,=?@-]*"))*$`)

/** The content type if it is one, else that of a file of which nothing is known. */
export function cleanContentType(text: string | undefined): string {
  const trimmed = text?.trim() ?? ''
  return trimmed.length <= contentTypeCharactersMax && pattern.test(trimmed) ? trimmed : unknownContentType
}

/** The type without its parameters. */
export const essenceOf = (contentType: string): string => (contentType.split(';')[0] ?? '').trim().toLowerCase()

/** "Servers SHOULD restrict Content-Type headers to one of the following values when serving content with … inline". */
const inline: ReadonlySet<string> = new Set([
  ...['text/css', 'text/plain', 'text/csv', 'application/json', 'application/ld+json'],
  ...['image/jpeg', 'image/gif', 'image/png', 'image/apng', 'image/webp', 'image/avif'],
  ...['video/mp4', 'video/webm', 'video/ogg', 'video/quicktime'],
  ...['audio/mp4', 'audio/webm', 'audio/aac', 'audio/mpeg', 'audio/ogg', 'audio/wave', 'audio/wav', 'audio/x-wav'],
  ...['audio/x-pn-wav', 'audio/flac', 'audio/x-flac'],
])

/** Whether a browser may show it in place. https://spec.matrix.org/v1.19/client-server-api/#serving-inline-content */
export const isSafeInline = (contentType: string): boolean => inline.has(essenceOf(contentType))

const thumbnailTypes: ReadonlySet<string> = new Set([
  ...['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp'],
])

/** Whether a thumbnail may be of this type. */
export const isThumbnailType = (contentType: string): boolean => thumbnailTypes.has(essenceOf(contentType))
