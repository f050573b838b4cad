// URL previews: what a page says about itself, its picture, and where the server does not go for anybody.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { call, type User } from './testing/api.ts'
import { blankPng } from './testing/images.ts'
import { download } from './testing/media.ts'
import { TestServer } from './testing/server.ts'

const preview = (user: User, url: string, version = 'client/v1/media') =>
  call(user.baseUrl, `/_matrix/${version}/preview_url?${new URLSearchParams({ url })}`, { token: user.token })

describe('a URL preview', () => {
  let server: TestServer
  let alice: User
  let web: Server
  let site: string
  let answer: RequestListener
  let visits = 0
  let pages = 0
  const newPage = () => `${site}/page${pages++}`

  before(async () => {
    server = await TestServer.start({ 'media.urlPreviews': 'on', 'media.urlPreviewPrivateAddresses': true })
    alice = await server.user('alice')
    web = createServer((request, response) => {
      visits++
      answer(request, response)
    }).listen(0, '127.0.0.1')
    await once(web, 'listening')
    site = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    web.closeAllConnections()
    web.close()
  })

  const html =
    (text: string, type = 'text/html'): RequestListener =>
    (_, response) =>
      void response.writeHead(200, { 'content-type': type }).end(text)

  test('has the words of the page and its picture, which is kept here; twice asked is once fetched', async () => {
    const picture = blankPng(8, 8)
    answer = (request, response) => {
      if (request.url === '/p.png') return void response.writeHead(200, { 'content-type': 'image/png' }).end(picture)
      html(
        `<!doctype html><html><head><title>Plain</title><meta property="og:title" content="Tea &amp; &quot;toast&quot;">
         <meta name="description" content="All  about
           tea"><meta property="og:image" content="/p.png"></head><body>`,
      )(request, response)
    }
    const url = newPage()
    visits = 0
    const [{ body }, again] = await Promise.all([preview(alice, url), preview(alice, `${url}#part`, 'media/v3')])
    assert.equal(visits, 2)
    assert.deepEqual(again.body, body)
    const { 'og:image': image, ...words } = body
    assert.deepEqual(words, {
      'og:title': 'Tea & "toast"',
      'og:description': 'All about tea',
      'og:image:type': 'image/png',
      'matrix:image:size': picture.length,
    })
    assert.ok((await download(alice, image)).body.equals(picture))
  })

  test('is read no further than the head of the page, in the letters the page is written in', async () => {
    let written = 0
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=iso-8859-1' })
      response.write(Buffer.from('<head><title>Caf\u00e9</title></head><body>', 'latin1'))
      const more = setInterval(() => (written += response.write('x'.repeat(10_000)) ? 10_000 : 0), 1)
      response.on('close', () => clearInterval(more))
    }
    assert.deepEqual((await preview(alice, newPage())).body, { 'og:title': 'Caf\u00e9' })
    assert.ok(written < 10_000_000)
  })

  test('of an endless head, of nothing but tags, or of what is no page ends', async () => {
    answer = html(`<head>${'<meta property="og:x" content="y">'.repeat(100_000)}`)
    assert.deepEqual((await preview(alice, newPage())).body, { 'og:x': 'y' })
    answer = html('<'.repeat(500_000))
    assert.equal((await preview(alice, newPage())).status, 200)
    answer = html('{}', 'application/json')
    assert.deepEqual((await preview(alice, newPage())).body, {})
  })

  test('of a picture is the picture; vector graphics are none', async () => {
    answer = html('gif', 'image/gif')
    assert.match((await preview(alice, newPage())).body['og:image'], /^mxc:/)
    answer = html('<svg/>', 'image/svg+xml')
    assert.equal((await preview(alice, newPage())).status, 502)
  })

  test('follows redirects a few times, and says of a failure only that it failed', async () => {
    answer = (request, response) => {
      if (request.url === '/end') return html('<title>End</title>')(request, response)
      response.writeHead(302, { location: '/end' }).end()
    }
    assert.deepEqual((await preview(alice, newPage())).body, { 'og:title': 'End' })
    for (const location of ['file:///etc/passwd', 'ftp://127.0.0.1/', `${site}/loop`]) {
      answer = (_, response) => void response.writeHead(302, { location }).end()
      const { status, body } = await preview(alice, newPage())
      assert.deepEqual([status, body.error], [502, 'The page could not be looked at'])
    }
  })

  test('is had of no other URL than those of web pages', async () => {
    for (const url of ['file:///etc/passwd', 'nonsense', 'https://user:password@example.org/'])
      assert.deepEqual((await preview(alice, url)).body.errcode, 'M_INVALID_PARAM', url)
  })
})

test('a URL preview goes to no private address, however it is written or reached', async () => {
  await using server = await TestServer.start({ 'media.urlPreviews': 'on' })
  const alice = await server.user('alice')
  let visits = 0
  const inside = createServer((_, response) => {
    visits++
    response.end()
  }).listen(0, '127.0.0.1')
  await once(inside, 'listening')
  const { port } = inside.address() as AddressInfo
  for (const host of ['127.0.0.1', 'localhost', '0x7f.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '127.1'])
    assert.equal((await preview(alice, `http://${host}:${port}/`)).status, 502, host)
  assert.equal(visits, 0)
  inside.close()
})

test('without the setting there are no URL previews', async () => {
  await using server = await TestServer.start()
  const alice = await server.user('alice')
  assert.equal((await preview(alice, 'https://example.org/')).body.errcode, 'M_FORBIDDEN')
})
