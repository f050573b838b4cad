// Media: upload, and the unauthenticated downloads of old clients.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { DownloadHeaders, UploadHeaders } from '../headers.ts'
import { MxcUri, ServerName } from '../identifiers.ts'

/**
 * Uploads media and returns its content URI.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixmediav3upload
 */
export const uploadContent = endpoint({
  method: 'POST',
  path: '/_matrix/media/v3/upload',
  auth: 'user',
  rateLimited: true,
  query: Type.Object({ filename: Type.Optional(Type.String()) }),
  requestHeaders: UploadHeaders,
  bytesBody: true,
  response: Type.Object({ content_uri: MxcUri }),
})

/**
 * Uploads media to a content URI that was created before.
 * https://spec.matrix.org/v1.19/client-server-api/#put_matrixmediav3uploadservernamemediaid
 */
export const uploadContentToMXC = endpoint({
  method: 'PUT',
  path: '/_matrix/media/v3/upload/{serverName}/{mediaId}',
  auth: 'user',
  rateLimited: true,
  since: '1.7',
  pathParameters: { serverName: ServerName },
  query: Type.Object({ filename: Type.Optional(Type.String()) }),
  requestHeaders: UploadHeaders,
  bytesBody: true,
  response: Type.Object({}),
})

/**
 * Reserves a content URI to upload to later.
 * https://spec.matrix.org/v1.19/client-server-api/#post_matrixmediav1create
 */
export const createContent = endpoint({
  method: 'POST',
  path: '/_matrix/media/v1/create',
  auth: 'user',
  rateLimited: true,
  since: '1.7',
  response: Type.Object({ content_uri: MxcUri, unused_expires_at: Type.Optional(Type.Integer()) }),
})

/**
 * Downloads media without a token; superseded by getContentAuthed.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixmediav3downloadservernamemediaid
 */
export const getContent = endpoint({
  method: 'GET',
  path: '/_matrix/media/v3/download/{serverName}/{mediaId}',
  auth: 'none',
  rateLimited: true,
  deprecated: '1.11',
  pathParameters: { serverName: ServerName },
  query: Type.Object({
    allow_remote: Type.Optional(Type.Boolean()),
    timeout_ms: Type.Optional(Type.Integer()),
    allow_redirect: Type.Optional(Type.Boolean()),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: DownloadHeaders,
})

/**
 * Downloads media without a token under a file name of the caller's choice; superseded by getContentOverrideNameAuthed.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixmediav3downloadservernamemediaidfilename
 */
export const getContentOverrideName = endpoint({
  method: 'GET',
  path: '/_matrix/media/v3/download/{serverName}/{mediaId}/{fileName}',
  auth: 'none',
  rateLimited: true,
  deprecated: '1.11',
  pathParameters: { serverName: ServerName },
  query: Type.Object({
    allow_remote: Type.Optional(Type.Boolean()),
    timeout_ms: Type.Optional(Type.Integer()),
    allow_redirect: Type.Optional(Type.Boolean()),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: DownloadHeaders,
})

/**
 * Downloads a thumbnail without a token; superseded by getContentThumbnailAuthed.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixmediav3thumbnailservernamemediaid
 */
export const getContentThumbnail = endpoint({
  method: 'GET',
  path: '/_matrix/media/v3/thumbnail/{serverName}/{mediaId}',
  auth: 'none',
  rateLimited: true,
  deprecated: '1.11',
  pathParameters: { serverName: ServerName },
  query: Type.Object({
    width: Type.Integer(),
    height: Type.Integer(),
    method: Type.Optional(Type.Union([Type.Literal('crop'), Type.Literal('scale')])),
    allow_remote: Type.Optional(Type.Boolean()),
    timeout_ms: Type.Optional(Type.Integer()),
    allow_redirect: Type.Optional(Type.Boolean()),
    animated: Type.Optional(Type.Boolean()),
  }),
  bytesResponse: true,
  response: Type.Unknown(),
  responseHeaders: DownloadHeaders,
})

/**
 * Fetches what a web page says about itself; superseded by getUrlPreviewAuthed.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixmediav3preview_url
 */
export const getUrlPreview = endpoint({
  method: 'GET',
  path: '/_matrix/media/v3/preview_url',
  auth: 'user',
  rateLimited: true,
  deprecated: '1.11',
  query: Type.Object({ url: Type.String(), ts: Type.Optional(Type.Integer()) }),
  response: Type.Object({
    'matrix:image:size': Type.Optional(Type.Integer()),
    'og:image': Type.Optional(Type.String()),
  }),
})

/**
 * Tells the limits of the media repository; superseded by getConfigAuthed.
 * https://spec.matrix.org/v1.19/client-server-api/#get_matrixmediav3config
 */
export const getConfig = endpoint({
  method: 'GET',
  path: '/_matrix/media/v3/config',
  auth: 'user',
  rateLimited: true,
  deprecated: '1.11',
  response: Type.Object({ 'm.upload.size': Type.Optional(Type.Integer()) }),
})
