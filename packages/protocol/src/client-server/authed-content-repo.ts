// Media for users with an access token: download, thumbnails, previews, limits.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DownloadHeaders } from '../headers.ts'
import { ServerName } from '../identifiers.ts'

/**
 * Downloads media.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediadownloadservernamemediaid
 */
export const getContentAuthed = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/media/download/{serverName}/{mediaId}',
  auth: 'user',
  rateLimited: true,
  guest: true,
  since: '1.11',
  pathParameters: { serverName: ServerName },
  query: Type.Object({ timeout_ms: Type.Optional(Type.Integer()) }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: DownloadHeaders,
})

/**
 * Downloads media under a file name of the caller's choice.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediadownloadservernamemediaidfilename
 */
export const getContentOverrideNameAuthed = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/media/download/{serverName}/{mediaId}/{fileName}',
  auth: 'user',
  rateLimited: true,
  guest: true,
  since: '1.11',
  pathParameters: { serverName: ServerName },
  query: Type.Object({ timeout_ms: Type.Optional(Type.Integer()) }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: DownloadHeaders,
})

/**
 * Downloads a thumbnail of an image.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediathumbnailservernamemediaid
 */
export const getContentThumbnailAuthed = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/media/thumbnail/{serverName}/{mediaId}',
  auth: 'user',
  rateLimited: true,
  guest: true,
  since: '1.11',
  pathParameters: { serverName: ServerName },
  query: Type.Object({
    width: Type.Integer(),
    height: Type.Integer(),
    method: Type.Optional(Type.Union([Type.Literal('crop'), Type.Literal('scale')])),
    timeout_ms: Type.Optional(Type.Integer()),
    animated: Type.Optional(Type.Boolean()),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: DownloadHeaders,
})

/**
 * Fetches what a web page says about itself (OpenGraph).
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediapreview_url
 */
export const getUrlPreviewAuthed = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/media/preview_url',
  auth: 'user',
  rateLimited: true,
  since: '1.11',
  query: Type.Object({ url: Type.String(), ts: Type.Optional(Type.Integer()) }),
  response: Type.Object({
    'matrix:image:size': Type.Optional(Type.Integer()),
    'og:image': Type.Optional(Type.String()),
  }),
})

/**
 * Tells the limits of the media repository.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediaconfig
 */
export const getConfigAuthed = endpoint({
  method: 'GET',
  path: '/_matrix/client/v1/media/config',
  auth: 'user',
  rateLimited: true,
  since: '1.11',
  response: Type.Object({ 'm.upload.size': Type.Optional(Type.Integer()) }),
})
