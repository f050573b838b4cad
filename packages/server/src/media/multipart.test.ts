// The answer of two parts is read however it is cut into pieces, and never beyond its bounds.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { boundaryOf, MalformedMultipart, readFilePart } from './multipart.ts'

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function allOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const answer = (file: Uint8Array, headers = 'Content-Type: a/b\r\n') =>
  Buffer.concat([
    Buffer.from(`preamble\r\n--x y\r\nContent-Type: application/json\r\n\r\n{}\r\n--x y\r\n${headers}\r\n`),
    file,
    Buffer.from('\r\n--x y--\r\nepilogue'),
  ])

/** Bytes full of what could be taken for the boundary. */
const bytes = fc
  .array(fc.oneof(fc.constantFrom('\r\n--x', '\r\n-', '\r', '\n', '--x y', ' y'), fc.string()), { maxLength: 20 })
  .map((parts) => Buffer.from(parts.join('')))
  .filter((file) => !file.includes('\r\n--x y'))

describe('multipart/mixed', () => {
  test('gives the file as it is, however it is cut into pieces', () =>
    fc.assert(
      fc.asyncProperty(bytes, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), async (file, sizes) => {
        const part = await readFilePart(pieces(answer(file), sizes), 'x y')
        assert.equal(part.headers.get('content-type'), 'a/b')
        assert.deepEqual(await allOf(part.body), file)
      }),
    ))

  test('may have a file part without headers, with folded ones, and with names in any case', async () => {
    const headersOf = async (text: string) =>
      (await readFilePart(pieces(answer(Buffer.from('f'), text), [7]), 'x y')).headers
    assert.deepEqual([...(await headersOf(''))], [])
    assert.equal(
      (await headersOf('CONTENT-Disposition: inline;\r\n  filename=a\r\n')).get('content-disposition'),
      'inline; filename=a',
    )
  })

  test('that is cut off fails at the end of what there is', async () => {
    const whole = answer(Buffer.from('file'))
    const end = whole.indexOf('\r\n--x y--')
    for (let length = 0; length < end + 6; length++) {
      const reading = readFilePart(pieces(whole.subarray(0, length), [5]), 'x y').then(({ body }) => allOf(body))
      await assert.rejects(reading, MalformedMultipart, `${length} bytes`)
    }
  })

  test('of endless headers is read no further than their bound', async () => {
    let read = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('--b\r\n')
      for (;;) {
        read += 1000
        yield Buffer.alloc(1000, 'x')
      }
    }
    await assert.rejects(readFilePart(endless(), 'b'), MalformedMultipart)
    assert.ok(read < 20_000)
  })

  test('names its boundary, quoted or not', () => {
    assert.equal(boundaryOf('multipart/mixed; boundary=abc'), 'abc')
    assert.equal(boundaryOf('Multipart/Mixed; charset=x; boundary="a b"'), 'a b')
    for (const type of [
      undefined,
      'multipart/mixed',
      'multipart/form-data; boundary=a',
      'multipart/mixed; boundary=""',
    ])
      assert.equal(boundaryOf(type), undefined)
  })
})
