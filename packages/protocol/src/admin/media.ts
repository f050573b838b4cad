// Myelin's admin API: files of users and of other servers.
import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'
import { ServerName } from '../identifiers.ts'

/**
 * Deletes what a content URI stands for: the file goes unless another URI stands for it. `M_NOT_FOUND`; `M_FORBIDDEN` unless
 * the caller may administer the server, likewise the others.
 */
export const deleteMedia = endpoint({
  method: 'DELETE',
  path: '/_myelin/admin/v1/media/{serverName}/{mediaId}',
  auth: 'user',
  pathParameters: { serverName: ServerName },
  response: Type.Object({}),
})

/** Serves a file to nobody any more, by whatever URI it is known or uploaded again. `M_NOT_FOUND`. */
export const quarantineMedia = endpoint({
  method: 'PUT',
  path: '/_myelin/admin/v1/media/{serverName}/{mediaId}/quarantine',
  auth: 'user',
  pathParameters: { serverName: ServerName },
  body: Type.Object({}),
  response: Type.Object({}),
})

/** Serves a file again that was in quarantine. `M_NOT_FOUND`. */
export const releaseMedia = endpoint({
  method: 'DELETE',
  path: '/_myelin/admin/v1/media/{serverName}/{mediaId}/quarantine',
  auth: 'user',
  pathParameters: { serverName: ServerName },
  response: Type.Object({}),
})

/** Forgets files of other servers that nobody has asked for since a time; they are fetched again when they are wanted. */
export const purgeRemoteMedia = endpoint({
  method: 'POST',
  path: '/_myelin/admin/v1/purge-remote-media',
  auth: 'user',
  body: Type.Object({
    /** Milliseconds since the epoch. */
    before_ts: Type.Integer(),
  }),
  response: Type.Object({ files: Type.Integer(), bytes: Type.Integer() }),
})
