// Reads the answer in which servers hand files to one another: `multipart/mixed` of a JSON part and the file, as it comes.
// https://spec.matrix.org/v1.19/server-server-api/#content-repository and https://www.rfc-editor.org/rfc/rfc2046#section-5.1
import { multipartHeaderBytesMax, multipartJsonBytesMax, multipartPreambleBytesMax } from '../limits.ts'

/** What is not what it should be, or ends too early. */
export class MalformedMultipart extends Error {
  override readonly name = 'MalformedMultipart'
}

/** The second part: its headers by lower-case name, and its bytes. */
export interface FilePart {
  readonly headers: ReadonlyMap<string, string>
  /** Throws MalformedMultipart when the part has no end. */
  readonly body: AsyncIterable<Uint8Array>
}

/** The boundary that a content type names; undefined for anything but `multipart/mixed`. */
export function boundaryOf(contentType: string | undefined): string | undefined {
  if (!/^multipart\/mixed\s*;/i.test(contentType ?? '')) return undefined
  const [, quoted, bare] = /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType ?? '') ?? []
  return quoted ?? bare
}

/** Reads up to the bytes of the file. "delineating exactly two parts: the first part has a Content-Type of application/json". */
export async function readFilePart(source: AsyncIterable<Uint8Array>, boundary: string): Promise<FilePart> {
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  const bytes = new ByteReader(source)
  try {
    await bytes.readThrough(delimiter, multipartPreambleBytesMax)
    const first = await readHeaders(bytes)
    if (!/^application\/json\b/i.test(first.get('content-type') ?? ''))
      throw new MalformedMultipart('the first part is not JSON')
    await bytes.readThrough(delimiter, multipartJsonBytesMax)
    return { headers: await readHeaders(bytes), body: bytes.upTo(delimiter) }
  } catch (error) {
    await bytes.close()
    throw error
  }
}

const headersEnd = Buffer.from('\r\n\r\n')

/** What follows a boundary: the rest of its line, headers, and an empty line. */
async function readHeaders(bytes: ByteReader): Promise<ReadonlyMap<string, string>> {
  const text = (await bytes.readThrough(headersEnd, multipartHeaderBytesMax)).toString()
  if (text.startsWith('--')) throw new MalformedMultipart('it ends where a part should be')
  const lines = text.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  return new Map(
    lines.slice(1).map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, Math.max(0, colon)).trim().toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

/** Where the delimiter may have begun at the end of the bytes; their length when it has not. It begins like no part of it. */
function possibleStart(bytes: Buffer, delimiter: Buffer): number {
  const at = bytes.lastIndexOf(delimiter[0] ?? 0)
  const rest = bytes.length - at
  const isStart = at >= 0 && rest < delimiter.length && bytes.compare(delimiter, 0, rest, at) === 0
  return isStart ? at : bytes.length
}

/** A stream that is read to delimiters. It begins with a line break, so that a boundary at the very start is found. */
class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>
  #held: Buffer = Buffer.from('\r\n')

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** What stands before the delimiter; reading goes on behind it. */
  async readThrough(delimiter: Buffer, bytesMax: number): Promise<Buffer> {
    for (;;) {
      const at = this.#held.indexOf(delimiter)
      if (at > bytesMax || (at < 0 && this.#held.length > bytesMax + delimiter.length))
        throw new MalformedMultipart(`a part of it is longer than ${bytesMax} bytes`)
      if (at >= 0) {
        const found = this.#held.subarray(0, at)
        this.#held = this.#held.subarray(at + delimiter.length)
        return found
      }
      this.#held = Buffer.concat([this.#held, await this.#next()])
    }
  }

  /** What stands before the delimiter, as it comes. What could be the beginning of the delimiter is held back. */
  async *upTo(delimiter: Buffer): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const at = this.#held.indexOf(delimiter)
        const sure = at >= 0 ? at : possibleStart(this.#held, delimiter)
        if (sure > 0) yield this.#held.subarray(0, sure)
        this.#held = this.#held.subarray(sure)
        if (at >= 0) return
        const next = await this.#next()
        this.#held = this.#held.length === 0 ? next : Buffer.concat([this.#held, next])
      }
    } finally {
      await this.close()
    }
  }

  async close(): Promise<void> {
    await this.#source.return?.()
  }

  async #next(): Promise<Buffer> {
    const { done, value } = await this.#source.next()
    if (done) throw new MalformedMultipart('it ends before its last boundary')
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
}
