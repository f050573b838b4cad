// Media of another server. Answers are `multipart/mixed`: a JSON part, then the bytes or a `Location`.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { MultipartHeaders } from '../headers.ts'

/**
 * Returns a file the server holds.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1mediadownloadmediaid
 */
export const getContent = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/media/download/{mediaId}',
  auth: 'X-Matrix',
  since: '1.11',
  rateLimited: true,
  query: Type.Object({ timeout_ms: Type.Optional(Type.Integer()) }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: MultipartHeaders,
})

/**
 * Returns a thumbnail of a file the server holds; sizes are pixels.
 * https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1mediathumbnailmediaid
 */
export const getContentThumbnail = endpoint({
  method: 'GET',
  path: '/_matrix/federation/v1/media/thumbnail/{mediaId}',
  auth: 'X-Matrix',
  since: '1.11',
  rateLimited: true,
  query: Type.Object({
    width: Type.Integer(),
    height: Type.Integer(),
    method: Type.Optional(Type.Union([Type.Literal('crop'), Type.Literal('scale')])),
    timeout_ms: Type.Optional(Type.Integer()),
    animated: Type.Optional(Type.Boolean()),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: MultipartHeaders,
})
