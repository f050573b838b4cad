// Files on one server: uploaded, downloaded whole and in parts, with headers that keep browsers safe.
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import sharp from 'sharp'
import { call, type User } from './testing/api.ts'
import { blankPng } from './testing/images.ts'
import { download, mediaPath, upload } from './testing/media.ts'
import { TestServer } from './testing/server.ts'

describe('files', () => {
  let server: TestServer
  let alice: User
  let bob: User

  before(async () => {
    server = await TestServer.start({ 'media.uploadBytesMax': 1_000_000 })
    alice = await server.user('alice')
    bob = await server.user('bob')
  })
  after(() => server[Symbol.asyncDispose]())

  test('what was uploaded comes back as it was, with headers that keep browsers safe', async () => {
    const bytes = randomBytes(300_000)
    const uri = await upload(alice, bytes, { contentType: 'image/png', fileName: 'a.png' })
    assert.match(uri, /^mxc:\/\/hs1\/[A-Za-z0-9_-]+$/)
    const { status, headers, body } = await download(bob, uri)
    assert.equal(status, 200)
    assert.ok(bytes.equals(body))
    assert.equal(headers.get('content-type'), 'image/png')
    assert.equal(headers.get('content-disposition'), 'inline; filename="a.png"')
    assert.equal(headers.get('content-length'), '300000')
    assert.match(headers.get('content-security-policy') ?? '', /^sandbox; default-src 'none';/)
    assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('access-control-allow-origin'), '*')
  })

  test('parts of a file can be had, and nothing when it is known already', async () => {
    const uri = await upload(alice, Buffer.from('0123456789'))
    const part = async (headers: Record<string, string>) => {
      const { status, body, headers: got } = await download(alice, uri, { headers })
      return [status, body.toString(), got.get('content-range')]
    }
    assert.deepEqual(await part({ range: 'bytes=2-4' }), [206, '234', 'bytes 2-4/10'])
    assert.deepEqual(await part({ range: 'bytes=7-' }), [206, '789', 'bytes 7-9/10'])
    assert.deepEqual(await part({ range: 'bytes=-2' }), [206, '89', 'bytes 8-9/10'])
    assert.deepEqual(await part({ range: 'bytes=10-' }), [416, '', 'bytes */10'])
    assert.deepEqual(await part({ range: 'bytes=0-1,3-4' }), [200, '0123456789', null])
    const etag = (await download(alice, uri)).headers.get('etag') ?? ''
    assert.deepEqual(await part({ 'if-none-match': etag }), [304, '', null])
    assert.deepEqual(await part({ range: 'bytes=0-0', 'if-range': etag }), [206, '0', 'bytes 0-0/10'])
    assert.deepEqual(await part({ range: 'bytes=0-0', 'if-range': '"other"' }), [200, '0123456789', null])
  })

  test('a file name of quotes, line breaks and any letters stays one header', async () => {
    const fileName = 'a"b\\c\r\nset-cookie: x=1\u{1f600}é.txt'
    const uri = await upload(alice, Buffer.from('x'), { contentType: 'text/plain', fileName })
    const { headers } = await download(alice, uri)
    assert.equal(
      headers.get('content-disposition'),
      `inline; filename="a\\"b\\\\cset-cookie: x=1__.txt"; filename*=UTF-8''a%22b%5Ccset-cookie%3A%20x%3D1%F0%9F%98%80%C3%A9.txt`,
    )
    assert.equal(headers.get('set-cookie'), null)
    const renamed = await download(alice, uri, { fileName: '../\r\nб.exe' })
    assert.match(renamed.headers.get('content-disposition') ?? '', /filename\*=UTF-8''\.\.%2F%D0%B1\.exe$/)
  })

  test('what browsers would run is an attachment, and what is no content type is none', async () => {
    for (const [given, served, disposition] of [
      ['text/html; charset=utf-8', 'text/html; charset=utf-8', 'attachment'],
      ['image/svg+xml', 'image/svg+xml', 'attachment'],
      ['TEXT/PLAIN;charset=utf-8', 'TEXT/PLAIN;charset=utf-8', 'inline'],
      ['text/plain, text/html', 'application/octet-stream', 'attachment'],
      ['<script>', 'application/octet-stream', 'attachment'],
    ] as const) {
      const { headers } = await download(alice, await upload(alice, Buffer.from('x'), { contentType: given }))
      assert.deepEqual([headers.get('content-type'), headers.get('content-disposition')], [served, disposition])
    }
  })

  test('a file that is too large is refused before it has been sent', async () => {
    const declared = await new Promise<number | undefined>((resolve) => {
      const outgoing = request(`${server.baseUrl}/_matrix/media/v3/upload`, {
        method: 'POST',
        headers: { authorization: `Bearer ${alice.token}`, 'content-length': 1_000_001, expect: '100-continue' },
      })
      outgoing.on('continue', () => resolve(100)).on('response', ({ statusCode }) => resolve(statusCode))
      outgoing.on('error', () => undefined).flushHeaders()
    })
    assert.equal(declared, 413)
    const refused = await call(server.baseUrl, '/_matrix/media/v3/upload', {
      token: alice.token,
      raw: 'x'.repeat(1_000_001),
    })
    assert.deepEqual([refused.status, refused.body.errcode], [413, 'M_TOO_LARGE'])
  })

  test('a body without a declared length is refused once it has become too long', async () => {
    const chunk = Buffer.alloc(64 * 1024)
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += chunk.length
        controller.enqueue(chunk)
      },
    })
    const response = await fetch(`${server.baseUrl}/_matrix/media/v3/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${alice.token}` },
      body: endless,
      duplex: 'half',
    })
    assert.equal(response.status, 413)
    assert.equal(((await response.json()) as { errcode: string }).errcode, 'M_TOO_LARGE')
    assert.ok(sent < 70_000_000)
  })

  test('an upload that breaks off leaves nothing', async () => {
    const incoming = () => readdirSync(join(server.data, 'media/incoming'))
    const outgoing = request(`${server.baseUrl}/_matrix/media/v3/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${alice.token}`, 'content-length': 1000 },
    })
    outgoing.on('error', () => undefined)
    outgoing.write(Buffer.alloc(500))
    while (incoming().length === 0) await new Promise((resolve) => setImmediate(resolve))
    outgoing.destroy()
    while (incoming().length > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  test('a reserved URI waits for its file, which comes once', async () => {
    const { content_uri: uri, unused_expires_at: expires } = (
      await call(server.baseUrl, '/_matrix/media/v1/create', { method: 'POST', token: alice.token })
    ).body
    assert.ok(expires > Date.now())
    const tooEarly = await download(bob, uri, { query: { timeout_ms: '10' } })
    assert.deepEqual([tooEarly.status, JSON.parse(tooEarly.body.toString()).errcode], [504, 'M_NOT_YET_UPLOADED'])
    const patient = download(bob, uri)
    const put = (user: User, text: string) =>
      call(server.baseUrl, `/_matrix/media/v3/upload/${uri.slice('mxc://'.length)}`, {
        method: 'PUT',
        token: user.token,
        raw: text,
      })
    assert.equal((await put(bob, 'bob')).body.errcode, 'M_FORBIDDEN')
    assert.equal((await put(alice, 'alice')).status, 200)
    assert.equal((await patient).body.toString(), 'alice')
    const again = await put(alice, 'again')
    assert.deepEqual([again.status, again.body.errcode], [409, 'M_CANNOT_OVERWRITE_MEDIA'])
    const unknown = await call(server.baseUrl, '/_matrix/media/v3/upload/hs1/nothing', {
      method: 'PUT',
      token: alice.token,
      raw: 'x',
    })
    assert.deepEqual([unknown.status, unknown.body.errcode], [404, 'M_NOT_FOUND'])
  })

  test('a user reserves no more than a hundred URIs', async () => {
    const carol = await server.user('carol')
    const create = () => call(server.baseUrl, '/_matrix/media/v1/create', { method: 'POST', token: carol.token })
    const replies = await Promise.all(Array.from({ length: 101 }, create))
    assert.equal(replies.filter(({ status }) => status === 200).length, 100)
    assert.equal(replies.find(({ status }) => status !== 200)?.body.errcode, 'M_LIMIT_EXCEEDED')
  })

  test('without a token there is nothing: not below the new paths, and not below the frozen ones', async () => {
    const uri = await upload(alice, Buffer.from('x'))
    const authed = await call(server.baseUrl, mediaPath('download', uri))
    assert.deepEqual([authed.status, authed.body.errcode], [401, 'M_MISSING_TOKEN'])
    for (const path of ['v3/download', 'r0/download']) {
      const frozen = await call(server.baseUrl, `/_matrix/media/${path}/${uri.slice('mxc://'.length)}`)
      assert.deepEqual([frozen.status, frozen.body.errcode], [404, 'M_NOT_FOUND'])
    }
  })

  test('the same bytes are stored once', async () => {
    const bytes = randomBytes(1000)
    const hash = createHash('sha256').update(bytes).digest('hex')
    const uris = [await upload(alice, bytes), await upload(bob, bytes)]
    assert.notEqual(uris[0], uris[1])
    assert.deepEqual(
      readdirSync(join(server.data, 'media/files', hash.slice(0, 2))).filter((name) => name === hash),
      [hash],
    )
  })

  test('URIs that are none are not found, wherever they would lead', async () => {
    for (const path of ['hs1/..%2f..%2fmyelin.db', 'hs1/a.b', '127.0.0.1%2f../x', 'hs1/%00']) {
      const { status } = await call(server.baseUrl, `/_matrix/client/v1/media/download/${path}`, { token: alice.token })
      assert.ok(status === 404 || status === 400, `${path}: ${status}`)
    }
  })

  test('the limit is published', async () => {
    for (const path of ['/_matrix/client/v1/media/config', '/_matrix/media/v3/config']) {
      const { body } = await call(server.baseUrl, path, { token: alice.token })
      assert.deepEqual(body, { 'm.upload.size': 1_000_000 })
    }
  })

  test('a thumbnail is no smaller than asked for, keeps the shape of the image, and is made once', async () => {
    const image = await sharp({ create: { width: 1200, height: 600, channels: 3, background: 'red' } })
      .png()
      .toBuffer()
    const uri = await upload(alice, image, { contentType: 'image/png' })
    const sized = async (query: Record<string, string>) => {
      const { status, body, headers } = await download(bob, uri, { query, kind: 'thumbnail' })
      assert.equal(status, 200, body.toString().slice(0, 200))
      assert.match(headers.get('content-disposition') ?? '', /^inline; filename="thumbnail\.\w+"$/)
      const { width, height } = await sharp(body).metadata()
      return [width, height, headers.get('content-type')]
    }
    assert.deepEqual(await sized({ width: '300', height: '200' }), [320, 160, 'image/jpeg'])
    assert.deepEqual(await sized({ width: '32', height: '32', method: 'crop' }), [32, 32, 'image/jpeg'])
    assert.deepEqual(await sized({ width: '60', height: '40', method: 'crop' }), [96, 64, 'image/jpeg'])
    assert.deepEqual(await sized({ width: '3000', height: '2000' }), [1200, 600, 'image/png'])
    assert.deepEqual(await sized({ width: '700', height: '700', method: 'crop' }), [600, 600, 'image/jpeg'])
  })

  test('an animated image stays so when that is asked for, and is still otherwise', async () => {
    const frames = Buffer.alloc(400 * 800 * 3, 200)
    frames.fill(0, 0, 400 * 400 * 3)
    const gif = await sharp(frames, { raw: { width: 400, height: 800, channels: 3, pageHeight: 400 } })
      .gif({ delay: [100, 100], loop: 0 })
      .toBuffer()
    assert.equal((await sharp(gif).metadata()).pages, 2)
    const uri = await upload(alice, gif, { contentType: 'image/gif' })
    const pages = async (size: string, animated: string) => {
      const { body } = await download(bob, uri, { query: { width: size, height: size, animated }, kind: 'thumbnail' })
      return (await sharp(body).metadata()).pages ?? 1
    }
    assert.equal(await pages('200', 'true'), 2)
    assert.equal(await pages('200', 'false'), 1)
    assert.equal(await pages('700', 'false'), 1)
    assert.equal(await pages('700', 'true'), 2)
  })

  test('what is no image, or unfolds to more pixels than are worth it, has no thumbnail', async () => {
    const query = { width: '32', height: '32', method: 'crop' }
    const refusal = async (bytes: Buffer, contentType: string) => {
      const uri = await upload(alice, bytes, { contentType })
      const { status, body } = await download(alice, uri, { query, kind: 'thumbnail' })
      return [status, JSON.parse(body.toString()).errcode]
    }
    const bomb = blankPng(10_000, 10_000)
    assert.ok(bomb.length < 20_000)
    assert.deepEqual(await refusal(bomb, 'image/png'), [413, 'M_TOO_LARGE'])
    assert.deepEqual(await refusal(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'), [
      400,
      'M_UNKNOWN',
    ])
    assert.deepEqual(await refusal(Buffer.from('no image'), 'image/png'), [400, 'M_UNKNOWN'])
    const odd = await download(alice, await upload(alice, bomb), {
      query: { width: '0', height: '-1' },
      kind: 'thumbnail',
    })
    assert.equal(odd.status, 400)
  })
})

test('what was stored while downloads were open stays open when they are frozen', async () => {
  await using server = await TestServer.start({ 'media.unauthenticated': 'open' })
  const alice = await server.user('alice')
  const uri = await upload(alice, Buffer.from('open'))
  const reply = await call(server.baseUrl, `/_matrix/media/v3/download/${uri.slice('mxc://'.length)}`)
  assert.deepEqual([reply.status, reply.body], [200, 'open'])
})

test('a user who has uploaded as much as is allowed uploads no more', async () => {
  await using server = await TestServer.start({ 'media.userBytesMax': 1000 })
  const alice = await server.user('alice')
  await upload(alice, Buffer.alloc(900))
  const refused = await call(server.baseUrl, '/_matrix/media/v3/upload', { token: alice.token, raw: 'x'.repeat(101) })
  assert.deepEqual([refused.status, refused.body.errcode], [403, 'M_FORBIDDEN'])
})
