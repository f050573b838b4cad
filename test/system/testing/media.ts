// Uploads and downloads as a person with curl makes them.
import assert from 'node:assert/strict'
import type { User } from './api.ts'

export interface UploadOptions {
  readonly contentType?: string
  readonly fileName?: string
}

/** Uploads bytes; the answer is their content URI. */
export async function upload(
  { baseUrl, token }: User,
  bytes: Uint8Array,
  { contentType, fileName }: UploadOptions = {},
): Promise<string> {
  const query = fileName === undefined ? '' : `?${new URLSearchParams({ filename: fileName })}`
  const response = await fetch(`${baseUrl}/_matrix/media/v3/upload${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...(contentType !== undefined && { 'content-type': contentType }) },
    body: new Uint8Array(bytes),
  })
  const body = (await response.json()) as { content_uri: string }
  assert.equal(response.status, 200, JSON.stringify(body))
  return body.content_uri
}

export interface DownloadOptions {
  readonly kind?: 'download' | 'thumbnail'
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly fileName?: string
}

export interface Download {
  readonly status: number
  readonly headers: Headers
  readonly body: Buffer
}

export const mediaPath = (kind: 'download' | 'thumbnail', uri: string): string =>
  `/_matrix/client/v1/media/${kind}/${uri.slice('mxc://'.length)}`

/** Downloads what a content URI stands for, or its thumbnail. Throws when the answer breaks off. */
export async function download(
  { baseUrl, token }: User,
  uri: string,
  options: DownloadOptions = {},
): Promise<Download> {
  const { kind = 'download', query = {}, headers = {}, fileName } = options
  const name = fileName === undefined ? '' : `/${encodeURIComponent(fileName)}`
  const url = `${baseUrl}${mediaPath(kind, uri)}${name}?${new URLSearchParams(query)}`
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}`, ...headers } })
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) }
}
