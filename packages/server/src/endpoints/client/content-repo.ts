// Uploads, and downloads for clients of before access tokens were asked for. These never redirect, which is theirs to
// choose: https://spec.matrix.org/v1.19/client-server-api/#content-repository
import type * as contentRepo from '@myelin/protocol/client-server/content-repo'
import type { Handlers } from '../handlers.ts'
import { mediaAnswer } from '../media-answer.ts'

export const handlers: Handlers<typeof contentRepo> = {
  uploadContent: async ({ media }, { requester, query, headers, bytes }) => ({
    content_uri: await media.upload(uploaded({ requester, query, headers, bytes })),
  }),

  uploadContentToMXC: async ({ media }, { requester, path, query, headers, bytes }) => {
    await media.uploadTo({ ...path, ...uploaded({ requester, query, headers, bytes }) })
    return {}
  },

  createContent: async ({ media }, { requester }) => media.create(requester.userNid),

  getContent: async ({ media }, { path, query, headers }) =>
    mediaAnswer(await media.download({ ...path, ...waits(query), isAuthenticated: false }), { headers }),

  getContentOverrideName: async ({ media }, { path, query, headers }) => {
    const content = await media.download({ ...path, ...waits(query), isAuthenticated: false })
    return mediaAnswer(content, { headers, fileName: path.fileName })
  },

  getContentThumbnail: async ({ media }, { path, query, headers }) => {
    const { width, height, method, animated } = query
    const asked = { ...path, width, height, method, animated, ...waits(query), isAuthenticated: false }
    return mediaAnswer(await media.thumbnail(asked), { headers })
  },

  getUrlPreview: async ({ media }, { query }) => media.preview(query.url),

  getConfig: async ({ config }) => ({ 'm.upload.size': config['media.uploadBytesMax'] }),
}

interface Uploading {
  readonly requester: { readonly userNid: number }
  readonly query: { readonly filename?: string }
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: AsyncIterable<Uint8Array> | undefined
}

const uploaded = ({ requester, query, headers, bytes = nothing() }: Uploading) => ({
  user: requester.userNid,
  bytes,
  bytesExpected: Number(headers['content-length'] ?? 0),
  contentType: headers['content-type'],
  fileName: query.filename,
})

async function* nothing(): AsyncGenerator<Uint8Array> {}

const waits = (query: { readonly timeout_ms?: number; readonly allow_remote?: boolean }) => ({
  timeoutMs: query.timeout_ms,
  allowRemote: query.allow_remote,
})
