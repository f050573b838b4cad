// Files for users with an access token: https://spec.matrix.org/v1.19/client-server-api/#content-repository
import type * as authedContentRepo from '@myelin/protocol/client-server/authed-content-repo'
import type { Handlers } from '../handlers.ts'
import { mediaAnswer } from '../media-answer.ts'

export const handlers: Handlers<typeof authedContentRepo> = {
  getContentAuthed: async ({ media }, { path, query, headers }) => {
    const asked = { ...path, timeoutMs: query.timeout_ms, isAuthenticated: true }
    return mediaAnswer(await media.download(asked), { headers })
  },

  getContentOverrideNameAuthed: async ({ media }, { path, query, headers }) => {
    const asked = { ...path, timeoutMs: query.timeout_ms, isAuthenticated: true }
    return mediaAnswer(await media.download(asked), { headers, fileName: path.fileName })
  },

  getContentThumbnailAuthed: async ({ media }, { path, query, headers }) => {
    const { timeout_ms: timeoutMs, ...size } = query
    return mediaAnswer(await media.thumbnail({ ...path, ...size, timeoutMs, isAuthenticated: true }), { headers })
  },

  getUrlPreviewAuthed: async ({ media }, { query }) => media.preview(query.url),

  getConfigAuthed: async ({ config }) => ({ 'm.upload.size': config['media.uploadBytesMax'] }),
}
