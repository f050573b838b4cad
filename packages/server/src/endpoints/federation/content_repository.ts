// Files of this server for others: https://spec.matrix.org/v1.19/server-server-api/#content-repository
import { Readable } from 'node:stream'
import { Raw } from '@myelin/protocol/handlers'
import type * as contentRepository from '@myelin/protocol/server-server/content_repository'
import { randomString, type Environment } from '../../environment.ts'
import type { Content } from '../../media/content.ts'
import type { Handlers } from '../handlers.ts'
import { headersOf } from '../media-answer.ts'

export const handlers: Handlers<typeof contentRepository> = {
  getContent: async ({ media, config, environment }, { path, query }) => {
    const asked = { serverName: config.serverName, mediaId: path.mediaId, timeoutMs: query.timeout_ms }
    return multipart(environment, await media.download({ ...asked, isAuthenticated: true }))
  },

  getContentThumbnail: async ({ media, config, environment }, { path, query }) => {
    const { timeout_ms: timeoutMs, ...size } = query
    const asked = { serverName: config.serverName, mediaId: path.mediaId, timeoutMs, ...size }
    return multipart(environment, await media.thumbnail({ ...asked, isAuthenticated: true }))
  },
}

/** "exactly two parts: the first … currently, this will always be an empty object", then the file. */
async function multipart(environment: Environment, content: Content): Promise<Raw> {
  const boundary = randomString(environment, 32)
  const headers = Object.entries(headersOf(content)).map(([name, value]) => `${name}: ${value}\r\n`)
  const before = Buffer.from(
    `--${boundary}\r\ncontent-type: application/json\r\n\r\n{}\r\n--${boundary}\r\n${headers.join('')}\r\n`,
  )
  const after = Buffer.from(`\r\n--${boundary}--\r\n`)
  const length =
    content.bytes === undefined ? {} : { 'content-length': String(before.length + content.bytes + after.length) }
  const file = await content.open()
  // A generator that was never begun is not ended either: the file is closed with the stream.
  const body = Readable.from(between(before, file, after), { objectMode: false }).once('close', () => file.destroy())
  return new Raw({
    status: 200,
    headers: { 'content-type': `multipart/mixed; boundary=${boundary}`, ...length },
    body,
  })
}

async function* between(before: Uint8Array, file: Readable, after: Uint8Array): AsyncGenerator<Uint8Array> {
  yield before
  yield* file as AsyncIterable<Uint8Array>
  yield after
}
