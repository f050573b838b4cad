// Files as answers: headers that keep browsers from running what strangers have uploaded, and parts of files on request.
import { Raw, type RawResponse } from '@myelin/protocol/handlers'
import type { Content } from '../media/content.ts'
import { cleanFileName, contentDisposition } from '../media/content-disposition.ts'
import { isSafeInline } from '../media/content-type.ts'
import type { ByteRange } from '../media/files.ts'

/** "When serving content, the server SHOULD provide a Content-Security-Policy header. The recommended policy is …" */
const safety = {
  'content-security-policy':
    "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; object-src 'self';",
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const

export interface AnswerOptions {
  /** Request headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** In place of the file's own name. */
  readonly fileName?: string | undefined
}

/** A file as the answer to a client: all of it, the part asked for, or that the client has it already. */
export async function mediaAnswer(content: Content, { headers, fileName }: AnswerOptions): Promise<Raw> {
  const common = { ...safety, ...headersOf(content, fileName) }
  const { bytes, hash } = content
  if (bytes === undefined || hash === undefined) return raw(200, common, await content.open())
  const etag = `"${hash}"`
  const known = { ...common, etag, 'accept-ranges': 'bytes' }
  if (headers['if-none-match']?.split(/\s*,\s*/).includes(etag)) return raw(304, known, undefined)
  const isCurrent = headers['if-range'] === undefined || headers['if-range'] === etag
  const range = isCurrent ? rangeIn(headers['range'], bytes) : undefined
  if (range === 'unsatisfiable') return raw(416, { ...known, 'content-range': `bytes */${bytes}` }, undefined)
  if (range === undefined) return raw(200, { ...known, 'content-length': String(bytes) }, await opened(content))
  const { start, end } = range
  const length = { 'content-length': String(end - start + 1), 'content-range': `bytes ${start}-${end}/${bytes}` }
  return raw(206, { ...known, ...length }, await content.open(range))
}

/** What describes a file beside its bytes, for clients and for servers. */
export function headersOf({ contentType, fileName }: Content, override?: string): Readonly<Record<string, string>> {
  return {
    'content-type': contentType,
    'content-disposition': contentDisposition(
      isSafeInline(contentType) ? 'inline' : 'attachment',
      cleanFileName(override) ?? fileName,
    ),
    // Content URIs never change what they stand for; a proxy in between has no business with it.
    'cache-control': 'private, max-age=86400, immutable',
  }
}

const opened = (content: Content) => (content.bytes === 0 ? undefined : content.open())

const raw = (status: number, headers: Readonly<Record<string, string>>, body: RawResponse['body']) =>
  new Raw({ status, headers, body })

/** One range of bytes; several at once, or what is no range, counts as none. https://www.rfc-editor.org/rfc/rfc9110#section-14 */
export function rangeIn(header: string | undefined, bytes: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  if (first === '') return last === '0' || bytes === 0 ? 'unsatisfiable' : suffix(Number(last), bytes)
  const start = Number(first)
  const end = last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (last !== '' && Number(last) < start) return undefined
  return start < bytes ? { start, end } : 'unsatisfiable'
}

const suffix = (length: number, bytes: number): ByteRange => ({ start: Math.max(0, bytes - length), end: bytes - 1 })
